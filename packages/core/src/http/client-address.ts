import ipaddr from 'ipaddr.js'

/**
 * The network that a client's address belongs to, as far as it tells clients apart: the first 24 bits of an IPv4 address
 * and the first 56 of an IPv6 address, what a provider gives one customer (RFC 6177). `203.0.113.0/24`,
 * `2001:db8:12:3400::/56`. An IPv4 address in the form of IPv6 (`::ffff:203.0.113.7`) counts as IPv4; the zone of an address
 * (`fe80::1%eth0`) does not count.
 *
 * @returns undefined for what is no address in its usual form: with a port or brackets, octal, shortened (`127.1`).
 */
export function clientNetwork(address: string | undefined): string | undefined {
  const parsed = parse(address)
  if (parsed === undefined) return undefined
  const bits = parsed.kind() === 'ipv4' ? IPV4_BITS : IPV6_BITS
  return `${networkOf(parsed, bits).toString()}/${bits}`
}

type Address = ipaddr.IPv4 | ipaddr.IPv6

const IPV4_BITS = 24
const IPV6_BITS = 56
/** The longest there is, with its zone. */
const MOST_CHARACTERS = 64

function parse(address: string | undefined): Address | undefined {
  if (address === undefined || address.length > MOST_CHARACTERS) return undefined
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) return ipaddr.IPv4.parse(address)
  if (!address.includes(':') || !ipaddr.IPv6.isValid(address)) return undefined
  const parsed = ipaddr.IPv6.parse(address)
  return parsed.isIPv4MappedAddress() ? parsed.toIPv4Address() : parsed
}

/** A new address, without the zone, that has only the first `bits` of the one given. */
function networkOf(address: Address, bits: number): Address {
  const bytes = address.toByteArray().map((byte, n) => byte & maskOf(bits - 8 * n))
  return ipaddr.fromByteArray(bytes)
}

/** The byte that lets through the first `bits`: none for 0 and less, all for 8 and more. */
function maskOf(bits: number): number {
  return (0xff << (8 - Math.min(Math.max(bits, 0), 8))) & 0xff
}
