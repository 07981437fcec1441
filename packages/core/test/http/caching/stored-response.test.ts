import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RedstartError } from '../../../src/errors.ts'
import { decodeStored, encodeStored, type StoredResponse } from '../../../src/http/caching/stored-response.ts'

type Whole = Extract<StoredResponse, { readonly kind: 'response' }>

const sample: Whole = {
  kind: 'response',
  status: 200,
  headers: [
    ['content-type', 'text/html; charset=utf-8'],
    ['link', '</a>'],
    ['link', '</b>'],
    ['x-name', 'caf\u00e9 \t"1"'],
    ['x-empty', ''],
  ],
  requestedAt: 1_700_000_000_000,
  receivedAt: 1_700_000_000_125.5,
  initialAge: 2000,
  fresh: 60_000,
  staleWhileRevalidate: 30_000,
  staleIfError: 86_400_000,
  mustRevalidate: true,
  body: Buffer.from('<p>Grüezi</p>'),
}
const none: Whole = { ...sample, status: 404, headers: [], mustRevalidate: false, body: new Uint8Array() }

const PLAIN = { noNullPrototype: true }
const time = fc.double({ min: 0, max: 1e15, noNaN: true, noDefaultInfinity: true }).map((ms) => ms + 0)
const token = fc.string({ unit: fc.constantFrom('a', 'b', 'z', '-', '_', '0', '9'), minLength: 1, maxLength: 8 })
const value = fc.string({ unit: fc.constantFrom('\t', ' ', 'a', '~', '\u0080', '\u00a0', '\u00ff'), maxLength: 8 })
const responses: fc.Arbitrary<StoredResponse> = fc.record(
  {
    kind: fc.constant('response'),
    status: fc.integer({ min: 200, max: 999 }),
    headers: fc.array(fc.tuple(token, value), { maxLength: 6 }),
    requestedAt: time,
    receivedAt: time,
    initialAge: time,
    fresh: time,
    staleWhileRevalidate: time,
    staleIfError: time,
    mustRevalidate: fc.boolean(),
    body: fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes)),
  },
  PLAIN,
)
const varies: fc.Arbitrary<StoredResponse> = fc.record(
  {
    kind: fc.constant('vary'),
    names: fc.array(token, { maxLength: 4 }),
  },
  PLAIN,
)

describe('a stored response', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(fc.oneof(responses, varies), (stored) => {
        expect(decodeStored(encodeStored(stored))).toStrictEqual(stored)
      }),
      { numRuns: 300 },
    )
  })

  it('is these bytes', () => {
    const vary = encodeStored({ kind: 'vary', names: ['accept', 'origin'] })
    expect(Buffer.from(vary).toString('hex')).toBe(
      '5273480102000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000020000000000000006616363657074000000066f726967696e',
    )
    expect(Buffer.from(encodeStored(none)).toString('hex')).toBe(
      '52734801010001944278bcfe568000004278bcfe5687d800409f40000000000040ed4c000000000040dd4c000000000041949970000000000000000000000000',
    )
    const bytes = Buffer.from(encodeStored(sample))
    expect(bytes.toString('hex', 0, 64)).toBe(
      '52734801010100c84278bcfe568000004278bcfe5687d800409f40000000000040ed4c000000000040dd4c000000000041949970000000000000000a0000000e',
    )
    expect(bytes.toString('latin1', 64).replaceAll('\0', '.')).toBe(
      '...\u000ccontent-type...\u0018text/html; charset=utf-8...\u0004link...\u0004</a>...\u0004link...\u0004</b>' +
        '...\u0006x-name...\u0009caf\u00e9 \t"1"...\u0007x-empty....<p>Gr\u00c3\u00bcezi</p>',
    )
  })

  it('has a body that is a view of what was read, inside a larger buffer too', () => {
    const encoded = encodeStored(sample)
    const larger = new Uint8Array(encoded.length + 20)
    larger.set(encoded, 9)
    const bytes = larger.subarray(9, 9 + encoded.length)
    const read = decodeStored(bytes)
    if (read?.kind !== 'response') throw new Error('it was not read')
    expect(Buffer.from(read.body).toString()).toBe('<p>Grüezi</p>')
    expect(read.body.buffer).toBe(larger.buffer)
    larger[9 + encoded.length - 1] = 0x21
    expect(read.body.at(-1)).toBe(0x21)
  })

  it('is its own memory', () => {
    const body = Buffer.from('abc')
    const bytes = encodeStored({ ...sample, body })
    body[0] = 0
    expect(Buffer.from(bytes).toString('latin1').endsWith('abc')).toBe(true)
    expect(bytes.buffer.byteLength).toBe(bytes.length)
  })

  it('is not read where it is cut, or where something is behind it', () => {
    for (const stored of [sample, none, { kind: 'vary', names: ['accept', 'origin'] }] as const) {
      const bytes = encodeStored(stored)
      for (let length = 0; length < bytes.length; length++)
        expect(decodeStored(bytes.subarray(0, length))).toBeUndefined()
      expect(decodeStored(Buffer.concat([bytes, Buffer.of(0)]))).toBeUndefined()
    }
  })

  it.each([
    ['another magic', 0, 0x53],
    ['another version', 3, 2],
    ['no kind', 4, 0],
    ['another kind', 4, 3],
    ['the other kind', 4, 2],
    ['a status of 1xx', 7, 100],
    ['a time that is none', 8, 0x7f],
    ['a negative time', 8, 0xc2],
    ['more texts', 59, 11],
    ['fewer texts', 59, 8],
    ['an odd number of texts', 59, 9],
    ['a longer body', 63, 0xff],
    ['a longer name', 67, 0xff],
    ['a name that is no token', 68, 0x20],
  ])('is not read with %s', (_, at, byte) => {
    const bytes = encodeStored({ ...sample })
    expect(decodeStored(bytes)).toBeDefined()
    expect(bytes[at]).not.toBe(byte)
    bytes[at] = byte
    expect(decodeStored(bytes)).toBeUndefined()
  })

  it.each([
    ['set-cookie', 'x-cookiex'],
    ['Set-Cookie', 'x-cookiex'],
    ['x\r\nset-c', 'x-cookie'],
  ])('is not read with a header %j, whoever wrote it', (name, like) => {
    const bytes = Buffer.from(
      encodeStored({ ...sample, headers: [[like.slice(0, name.length).padEnd(name.length, 'x'), 'a=1']] }),
    )
    bytes.write(name, 68, 'latin1')
    expect(decodeStored(bytes)).toBeUndefined()
  })

  it.each(['a\r\nb', 'a\nb', 'a\u0000b', 'a\u007fb'])('is not read with a value %j, whoever wrote it', (text) => {
    const bytes = Buffer.from(encodeStored({ ...sample, headers: [['x', 'v'.repeat(text.length)]] }))
    bytes.write(text, 68 + 1 + 4, 'latin1')
    expect(decodeStored(bytes)).toBeUndefined()
  })

  it.each<[string, StoredResponse]>([
    ['an interim status', { ...sample, status: 103 }],
    ['a status that is no number', { ...sample, status: Number.NaN }],
    ['a fraction of a status', { ...sample, status: 200.5 }],
    ['an age below 0', { ...sample, initialAge: -1 }],
    ['a time that never ends', { ...sample, staleIfError: Number.POSITIVE_INFINITY }],
    ['a time that is none', { ...sample, fresh: Number.NaN }],
    ['a cookie', { ...sample, headers: [['Set-Cookie', 'a=1']] }],
    ['a name that is none', { ...sample, headers: [['', 'a']] }],
    ['a name with a space', { ...sample, headers: [['a b', 'a']] }],
    ['a value of two lines', { ...sample, headers: [['a', 'b\r\nset-cookie: c']] }],
    ['a value that is no latin1', { ...sample, headers: [['a', '\u20ac']] }],
    ['no name of a header', { kind: 'vary', names: ['*, a'] }],
  ])('is not written with %s', (_, stored) => {
    expect(() => encodeStored(stored)).toThrow(RedstartError)
  })

  it('does not tell the value of a header that is refused', () => {
    expect(() => encodeStored({ ...sample, headers: [['x-token', 'secret\n']] })).toThrow(/x-token/)
    expect(() => encodeStored({ ...sample, headers: [['x-token', 'secret\n']] })).not.toThrow(/secret/)
  })

  it('is undefined, and never a failure, for any bytes', () => {
    const start = encodeStored(sample).subarray(0, 5)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (random, begun) => {
        const bytes = begun ? Buffer.concat([start, random]) : random
        const read = decodeStored(bytes)
        if (read !== undefined) expect(encodeStored(read)).toHaveLength(bytes.length)
      }),
      { numRuns: 1000 },
    )
  })

  it('is one, or undefined, after any change of a byte', () => {
    const bytes = Buffer.from(encodeStored(sample))
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, byte) => {
        const changed = Buffer.from(bytes)
        changed[at] = byte
        const read = decodeStored(changed)
        if (read !== undefined) expect(() => encodeStored(read)).not.toThrow()
      }),
      { numRuns: 500 },
    )
  })
})
