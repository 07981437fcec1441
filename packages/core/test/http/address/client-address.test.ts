import { isIP } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AddressModel, clientAddress, type AddressSource } from '../../../src/http/address/client-address.ts'

const PROXY = '10.0.0.1'

interface Sent {
  readonly peer?: string | undefined
  readonly address?: string | undefined
  readonly headers?: Readonly<Record<string, string>>
}

function sender({ peer, address, headers = {} }: Sent): AddressSource {
  return { peer, address, header: (name) => headers[name] }
}

/** The address that is found, or why there is none. */
function told(model: AddressModel, sent: Sent): string {
  const found = clientAddress(model)(sender(sent))
  return found.found ? found.address : found.reason
}

function forwardedFor(list: string, peer: string | undefined = PROXY): Sent {
  return { peer, headers: { 'x-forwarded-for': list } }
}

describe('a client behind so many proxies', () => {
  it.each([
    [0, '198.51.100.1, 203.0.113.7', PROXY],
    [1, '203.0.113.7', '203.0.113.7'],
    [1, '198.51.100.1, 203.0.113.7', '203.0.113.7'],
    [1, '198.51.100.1,203.0.113.7 ,, ', '203.0.113.7'],
    [2, '198.51.100.1, 203.0.113.7, 10.0.0.2', '203.0.113.7'],
    [1, '203.0.113.7:51234', '203.0.113.7'],
    [1, '[2001:DB8::1]:443', '2001:db8::1'],
    [1, '[2001:db8::1]', '2001:db8::1'],
    [1, '2001:db8:0::1', '2001:db8::1'],
    [1, 'fe80::1%eth0', 'fe80::1'],
    [1, '::ffff:203.0.113.7', '203.0.113.7'],
    [1, '', PROXY],
    [1, ' , ,', PROXY],
    [2, '203.0.113.7', '203.0.113.7'],
    [1, '203.0.113.7, unknown', 'unreadable'],
    [1, '203.0.113.7, 203.0.113.7 10.0.0.1', 'unreadable'],
    [1, '203.0.113.7, 0x7f.1', 'unreadable'],
    [1, `203.0.113.7, ${'9'.repeat(300)}`, 'unreadable'],
  ])('with %d of them and %j is at %s', (hops, list, found) => {
    expect(told({ hops }, forwardedFor(list))).toBe(found)
  })

  it('is who has connected where nothing was forwarded', () => {
    expect(told({ hops: 1 }, { peer: '::ffff:203.0.113.7' })).toBe('203.0.113.7')
    expect(told({ hops: 1 }, { peer: undefined })).toBe('missing')
    // A socket of the file system has no address; its proxy is in front of it all the same.
    expect(told({ hops: 1 }, { peer: undefined, headers: { 'x-forwarded-for': '203.0.113.7' } })).toBe('203.0.113.7')
  })
})

describe('a client behind known proxies', () => {
  const model: AddressModel = { proxies: ['10.0.0.0/8', 'loopback'] }

  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['198.51.100.1, 203.0.113.7', '203.0.113.7'],
    ['198.51.100.1, 203.0.113.7, 10.9.9.9, ::ffff:127.0.0.1', '203.0.113.7'],
    ['10.0.0.7', '10.0.0.7'],
    ['', PROXY],
    ['203.0.113.7, unknown, 10.0.0.2', 'unreadable'],
  ])('is found in %j at %s', (list, found) => {
    expect(told(model, forwardedFor(list))).toBe(found)
  })

  it('that it did not come through is who has connected, whatever it says', () => {
    expect(told(model, forwardedFor('198.51.100.1', '203.0.113.7'))).toBe('203.0.113.7')
    expect(told(model, forwardedFor('198.51.100.1', '2002:a00:1::1'))).toBe('2002:a00:1::1')
    expect(told(model, { headers: { 'x-forwarded-for': '198.51.100.1' } })).toBe('missing')
    expect(told({ proxies: [] }, forwardedFor('198.51.100.1'))).toBe(PROXY)
  })

  it('is not looked for without an end', () => {
    expect(told(model, forwardedFor(Array(100).fill('10.0.0.2').join()))).toBe('unreadable')
  })
})

describe('a client in the header Forwarded', () => {
  const model: AddressModel = { proxies: ['10.0.0.0/8'], in: 'forwarded' }

  it.each([
    ['for=203.0.113.7', '203.0.113.7'],
    ['For="[2001:db8:cafe::17]:4711"', '2001:db8:cafe::17'],
    ['for=192.0.2.60;proto=http;by=203.0.113.43', '192.0.2.60'],
    ['for=198.51.100.1, for=203.0.113.7;by=10.0.0.1;host="shop.example", for=10.0.0.3', '203.0.113.7'],
    ['proto=https; FOR="203.0.113.7:_port" ; by=_hidden', '203.0.113.7'],
    ['for="\\2\\03.0.113.7"', '203.0.113.7'],
    ['for=unknown', 'unreadable'],
    ['for=_hidden', 'unreadable'],
    ['proto=https', 'unreadable'],
    ['for=203.0.113.7;for=198.51.100.1', 'unreadable'],
    ['for=203.0.113.7;garbage', 'unreadable'],
    ['for=', 'unreadable'],
    // A quote that the client opened takes in nothing that a proxy wrote.
    ['for="198.51.100.1, for=203.0.113.7', '203.0.113.7'],
    ['for=198.51.100.1;x=", for=203.0.113.7;by="10.0.0.1"', '203.0.113.7'],
    ['for=203.0.113.7;host="a,for=198.51.100.1"', 'unreadable'],
    [`for=203.0.113.7;by=${'x'.repeat(3000)}`, 'unreadable'],
  ])('%s is at %s', (field, found) => {
    expect(told(model, { peer: PROXY, headers: { forwarded: field } })).toBe(found)
  })

  it('is not looked for in the other header', () => {
    const headers = { forwarded: 'for=203.0.113.7', 'x-forwarded-for': '198.51.100.1' }
    expect(told(model, { peer: PROXY, headers })).toBe('203.0.113.7')
    expect(told({ hops: 1 }, { peer: PROXY, headers })).toBe('198.51.100.1')
  })
})

describe('a client that a header names', () => {
  const model: AddressModel = { header: 'CF-Connecting-IP', from: ['10.0.0.0/8'] }

  it.each([
    [PROXY, ' 203.0.113.7', '203.0.113.7'],
    ['::ffff:10.0.0.1', '2001:DB8::1', '2001:db8::1'],
    ['203.0.113.9', '198.51.100.1', '203.0.113.9'],
    [PROXY, '203.0.113.7, 198.51.100.1', 'unreadable'],
    [PROXY, '', 'unreadable'],
  ])('of %s with %j is at %s', (peer, value, found) => {
    expect(told(model, { peer, headers: { 'cf-connecting-ip': value } })).toBe(found)
  })

  it('is not guessed where the header is missing', () => {
    expect(told(model, { peer: PROXY, headers: { 'x-forwarded-for': '203.0.113.7' } })).toBe('missing')
  })
})

it('is, by the framework, what that was told', () => {
  expect(told('framework', { peer: PROXY, address: '203.0.113.7:4711' })).toBe('203.0.113.7')
  expect(told('framework', { peer: PROXY })).toBe('missing')
  expect(told('framework', { peer: PROXY, address: 'nobody' })).toBe('unreadable')
})

it.each([
  undefined,
  null,
  'express',
  {},
  { hops: -1 },
  { hops: 1.5 },
  { hops: Number.NaN },
  { hops: '1' },
  { hops: 1000 },
  { hops: 1, in: 'X-Real-IP' },
  { hops: 1, proxies: [] },
  { proxies: '10.0.0.0/8' },
  { proxies: ['10.0.0.0/99'] },
  { proxies: ['0.0.0.0/0'] },
  { proxies: ['::/0'] },
  { header: 'x-real-ip' },
  { header: 'x-forwarded-for', from: ['10.0.0.1'] },
  { header: 'not a header', from: ['10.0.0.1'] },
  { header: 'x-real-ip', from: ['0.0.0.0/0'] },
])('is refused a model such as %j', (model) => {
  expect(() => clientAddress(model as never)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
})

describe('whatever a client sends', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.string({
      unit: fc.constantFrom(
        ',',
        ';',
        '"',
        '\\',
        '=',
        'for',
        '[',
        ']',
        ':',
        '.',
        '1',
        '\u0000',
        '\t',
        ' ',
        '198.51.100.1',
      ),
      maxLength: 60,
    }),
    fc.constantFrom(
      ','.repeat(10_000),
      '1'.repeat(10_000),
      'for="'.repeat(2000),
      '[::1],'.repeat(2000),
      '10.0.0.1,'.repeat(1000),
    ),
  )

  it.each([
    [{ hops: 1 } as const, ', 203.0.113.7'],
    [{ hops: 2 } as const, ', 203.0.113.7, 10.0.0.2'],
    [{ proxies: ['10.0.0.0/8'] } as const, ',203.0.113.7, 10.0.0.3,10.0.0.2'],
    [{ hops: 1, in: 'forwarded' } as const, ', for=203.0.113.7;proto=https'],
    [{ proxies: ['10.0.0.0/8'], in: 'forwarded' } as const, ',for="203.0.113.7:80", for="10.0.0.2"'],
  ])('%j finds what the proxies added', (model, added) => {
    const find = clientAddress(model)
    fc.assert(
      fc.property(hostile, (own) => {
        const headers = { 'x-forwarded-for': own + added, forwarded: own + added }
        expect(find(sender({ peer: PROXY, headers }))).toEqual({ found: true, address: '203.0.113.7' })
      }),
    )
  })

  it('nothing is thrown, and what is found is an address', () => {
    const model = fc.constantFrom<AddressModel>(
      { hops: 1 },
      { hops: 3, in: 'forwarded' },
      { proxies: ['loopback'] },
      { header: 'x-client', from: [PROXY] },
      'framework',
    )
    fc.assert(
      fc.property(model, hostile, (one, text) => {
        const headers = { 'x-forwarded-for': text, forwarded: text, 'x-client': text }
        const found = clientAddress(one)(sender({ peer: PROXY, address: text, headers }))
        expect(isIP(found.found ? found.address : PROXY)).toBeGreaterThan(0)
      }),
    )
  })
})
