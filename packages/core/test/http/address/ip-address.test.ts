import { isIP } from 'node:net'
import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { describe, expect, it } from 'vitest'
import { embeddedIpv4, formatIp, maskIp, parseIp } from '../../../src/http/address/ip-address.ts'

const anyText = fc.string({
  unit: fc.constantFrom(
    '0',
    '1',
    '25',
    '7',
    'a',
    'F',
    '.',
    ':',
    '::',
    '%',
    'x',
    'g',
    '/',
    '[',
    ']',
    ' ',
    'ffff',
    '1.2.3.4',
  ),
})
const v6Text = fc.oneof(
  fc.ipV6(),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 })
    .map((groups) => groups.map((group) => group.toString(16)).join(':')),
  fc.array(fc.constantFrom('0', '0000', '1', 'abcd'), { minLength: 8, maxLength: 8 }).map((groups) => groups.join(':')),
)

/** As URLs have it, which have hosts of IPv6 in one form: `::ffff:203.0.113.7` in hexadecimal. */
function inUrl(text: string): string {
  return text.includes(':') ? new URL(`http://[${text}]`).hostname.slice(1, -1) : text
}

describe('an address', () => {
  it('is what Node.js takes for one, and nothing else', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, fc.ipV4(), v6Text), (text) => {
        fc.pre(text.length <= 64)
        expect(parseIp(text) !== undefined, text).toBe(isIP(text) !== 0)
      }),
      { numRuns: 300 },
    )
  })

  it('is written as URLs have it, and read again is the same', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), v6Text), (text) => {
        const address = parseIp(text)
        if (address === undefined) throw new Error(`${text} was not read`)
        const written = formatIp(address)
        expect(inUrl(text.includes(':') && !written.includes(':') ? `::ffff:${written}` : written)).toBe(inUrl(text))
        expect(written.includes(':') ? written : '').toBe(address.version === 4 ? '' : inUrl(text))
        expect(parseIp(written)).toEqual(address)
      }),
      { numRuns: 300 },
    )
  })

  it('has a network as another library counts it', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), v6Text), fc.nat(128), (text, length) => {
        const address = parseIp(text)
        if (address === undefined) throw new Error(`${text} was not read`)
        const bits = Math.min(length, address.version === 4 ? 32 : 128)
        const cidr = `${formatIp(address)}/${bits}`
        const network =
          address.version === 4 ? ipaddr.IPv4.networkAddressFromCIDR(cidr) : ipaddr.IPv6.networkAddressFromCIDR(cidr)
        expect(formatIp(maskIp(address, bits))).toBe(inUrl(network.toString()))
      }),
      { numRuns: 300 },
    )
  })

  it.each([
    ['::FFFF:203.0.113.7', '203.0.113.7'],
    ['0:0:0:0:0:ffff:cb00:7107', '203.0.113.7'],
    ['2001:0DB8::0', '2001:db8::'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['1:0:2:0:3:0:4:0', '1:0:2:0:3:0:4:0'],
    ['fe80::1%eth0', 'fe80::1'],
    ['::203.0.113.7', '::cb00:7107'],
    ['::', '::'],
  ])('%s is %s', (text, written) => {
    const address = parseIp(text)
    expect(address && formatIp(address)).toBe(written)
  })

  it.each([
    ['2002:cb00:7107::1', '203.0.113.7'],
    ['64:ff9b::203.0.113.7', '203.0.113.7'],
    ['64:ff9b::cb00:7107', '203.0.113.7'],
    ['64:ff9b:1::cb00:7107', '64:ff9b:1::cb00:7107'],
    ['2003:cb00:7107::1', '2003:cb00:7107::1'],
    ['203.0.113.7', '203.0.113.7'],
  ])('%s stands for %s', (text, ipv4) => {
    const address = parseIp(text)
    expect(address && formatIp(embeddedIpv4(address))).toBe(ipv4)
  })
})
