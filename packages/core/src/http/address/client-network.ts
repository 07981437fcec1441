import { embeddedIpv4, formatIp, maskIp, parseIp } from './ip-address.ts'

/** How many bits of an address tell clients apart. */
export interface NetworkBits {
  /** 1 to 32. */
  readonly v4: number
  /** 1 to 128. */
  readonly v6: number
}

/**
 * The network that a client's address belongs to, as far as it tells clients apart: `203.0.113.0/24`,
 * `2001:db8:12:3400::/56`; where all bits count the address itself. An IPv4 address in the form of IPv6
 * (`::ffff:203.0.113.7`), or behind 6to4 or NAT64 (`64:ff9b::203.0.113.7`), counts as IPv4; the zone of an address
 * (`fe80::1%eth0`) does not count.
 *
 * @param bits what counts; when left out 24 bits of IPv4 and 56 of IPv6, what a provider gives one customer (RFC 6177).
 * @returns undefined for what is no address in its usual form: with a port or brackets, octal, shortened (`127.1`).
 */
export function clientNetwork(address: string | undefined, bits: NetworkBits = CUSTOMER): string | undefined {
  const parsed = address === undefined ? undefined : parseIp(address)
  if (parsed === undefined) return undefined
  const folded = embeddedIpv4(parsed)
  const [counts, all] = folded.version === 4 ? [bits.v4, 32] : [bits.v6, 128]
  return counts >= all ? formatIp(folded) : `${formatIp(maskIp(folded, counts))}/${counts}`
}

const CUSTOMER: NetworkBits = { v4: 24, v6: 56 }
