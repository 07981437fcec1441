import { isIP } from 'node:net'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { clientNetwork } from '../../../src/http/address/client-network.ts'

it.each([
  ['203.0.113.7', '203.0.113.0/24'],
  ['203.0.113.255', '203.0.113.0/24'],
  ['0.0.0.0', '0.0.0.0/24'],
  ['255.255.255.255', '255.255.255.0/24'],
  ['127.0.0.1', '127.0.0.0/24'],
  ['::ffff:203.0.113.7', '203.0.113.0/24'],
  ['::FFFF:cb00:7107', '203.0.113.0/24'],
  ['2001:db8:12:34ff:1:2:3:4', '2001:db8:12:3400::/56'],
  ['2001:DB8:12:3400::', '2001:db8:12:3400::/56'],
  ['2001:db8:12:3500::1', '2001:db8:12:3500::/56'],
  ['::1', '::/56'],
  ['::', '::/56'],
  ['fe80::1%eth0', 'fe80::/56'],
  ['ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'ffff:ffff:ffff:ff00::/56'],
])('%s is of %s', (address, network) => {
  expect(clientNetwork(address)).toBe(network)
})

it.each([
  undefined,
  '',
  ' ',
  'localhost',
  'unknown',
  '_hidden',
  '127.1',
  '2130706433',
  '0x7f.0.0.1',
  '0177.0.0.1',
  '256.0.0.1',
  '1.2.3',
  '1.2.3.4.5',
  '1.2.3.4:80',
  '1.2.3.4/24',
  '[::1]',
  '[::1]:80',
  ':::',
  '1::2::3',
  'g::1',
  '::1/64',
  '1.2.3.4, 5.6.7.8',
  ' 1.2.3.4',
  '1.2.3.4 ',
  '1.2.3.4\n',
  `::1%${'x'.repeat(100)}`,
])('%j is no address', (address) => {
  expect(clientNetwork(address)).toBeUndefined()
})

it('gives every address a network that is an address, and nothing else one', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => {
      const [network, bits] = clientNetwork(address)?.split('/') ?? []
      expect(isIP(network ?? '')).toBe(bits === '24' ? 4 : 6)
    }),
  )
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('0', '1', '25', '7', 'a', 'f', '.', ':', '%', 'x', 'g', '/', '[', ']', ' ') }),
      (text) => {
        if (isIP(text) === 0) expect(clientNetwork(text)).toBeUndefined()
      },
    ),
  )
})

it('puts addresses of one network together, and of two apart', () => {
  const byte = fc.nat(255)
  fc.assert(
    fc.property(byte, byte, byte, byte, byte, (a, b, c, one, other) => {
      expect(clientNetwork(`${a}.${b}.${c}.${one}`)).toBe(clientNetwork(`${a}.${b}.${c}.${other}`))
      expect(clientNetwork(`${a}.${b}.${c}.${one}`)).not.toBe(clientNetwork(`${a}.${b}.${(c + 1) % 256}.${one}`))
    }),
  )
})
