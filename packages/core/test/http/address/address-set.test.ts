import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { describe, expect, it } from 'vitest'
import { AddressSet } from '../../../src/http/address/address-set.ts'
import { parseIp } from '../../../src/http/address/ip-address.ts'

function has(networks: readonly string[], text: string): boolean {
  const address = parseIp(text)
  if (address === undefined) throw new Error(`${text} is no address`)
  return new AddressSet('allow', networks).has(address)
}

describe('a set of addresses', () => {
  it.each([
    ['203.0.113.0/24', '203.0.113.255', '203.0.114.0'],
    ['203.0.113.9/24', '203.0.113.1', '203.0.112.1'],
    ['203.0.113.7', '203.0.113.7', '203.0.113.8'],
    ['::ffff:203.0.113.0/120', '203.0.113.9', '203.0.114.9'],
    ['2001:db8::/33', '2001:db8:7fff::1', '2001:db8:8000::1'],
    ['2001:DB8::1', '2001:db8:0:0::1', '2001:db8::2'],
    ['loopback', '127.9.9.9', '128.0.0.1'],
    ['loopback', '::1', '::2'],
    ['linklocal', 'fe80::1%eth0', 'fec0::1'],
    ['linklocal', '169.254.1.1', '169.255.1.1'],
    ['uniquelocal', '172.31.255.255', '172.32.0.0'],
    ['uniquelocal', 'fdff::1', 'fe00::1'],
    ['0.0.0.0/0', '198.51.100.1', '::1'],
    ['::/0', '2001:db8::1', '198.51.100.1'],
  ])('of %s has %s, and has not %s', (network, inside, outside) => {
    expect(has([network], inside)).toBe(true)
    expect(has(['192.0.2.0/25', network], inside)).toBe(true)
    expect(has([network], outside)).toBe(false)
  })

  it('is asked for IPv4 as IPv6 as well, but 6to4 and NAT64 are other addresses', () => {
    expect(has(['10.0.0.0/8'], '::ffff:10.0.0.1')).toBe(true)
    expect(has(['10.0.0.0/8'], '2002:a00:1::')).toBe(false)
    expect(has(['10.0.0.0/8'], '64:ff9b::10.0.0.1')).toBe(false)
  })

  it('has what another library finds in its networks', () => {
    const network = fc.oneof(
      fc.tuple(fc.ipV4(), fc.nat(32)).map(([address, bits]) => `${address}/${bits}`),
      fc
        .tuple(fc.constantFrom('2001:db8::', '2001:db8:8000::', 'fd00::1'), fc.nat(128))
        .map(([address, bits]) => `${address}/${bits}`),
    )
    fc.assert(
      fc.property(
        fc.array(network, { maxLength: 6 }),
        fc.oneof(fc.ipV4(), fc.constantFrom('2001:db8::1', 'fd00::')),
        (networks, text) => {
          const address = ipaddr.parse(text)
          const found = networks
            .map((one) => ipaddr.parseCIDR(one))
            .some(([first, bits]) => first.kind() === address.kind() && address.match([first, bits]))
          expect(has(networks, text)).toBe(found)
        },
      ),
    )
  })

  it.each([
    '',
    '10.0.0.0/33',
    '10.0.0/8',
    '10.0.0.0/',
    '10.0.0.0/-1',
    '10.0.0.0/08',
    '2001:db8::/129',
    '::ffff:10.0.0.0/95',
    'fe80::1%eth0',
    'local',
    'example.com',
    '10.0.0.0/8, 127.0.0.1',
  ])('is not made of %j', (network) => {
    expect(() => new AddressSet('allow', [network])).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('allow') }),
    )
  })

  it('is not made of what is no list of texts', () => {
    for (const networks of ['10.0.0.0/8', undefined, [undefined], [10]])
      expect(() => new AddressSet('allow', networks as never)).toThrow(
        expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
      )
  })
})
