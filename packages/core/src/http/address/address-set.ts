import { invalidArgument } from '../../errors.ts'
import { type IpAddress, maskIp, parseIp } from './ip-address.ts'

/**
 * A network, `203.0.113.0/24`, `2001:db8::/32`; one address; or a group that Express and others have a name for: `loopback`
 * (127.0.0.0/8, ::1), `linklocal` (169.254.0.0/16, fe80::/10), `uniquelocal` (10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16,
 * fc00::/7).
 */
export type Network = string

/** Addresses by the networks that they are in; what it costs to ask grows with the lengths of prefixes alone. */
export class AddressSet {
  /** By version and length of the prefix. */
  readonly #prefixes: readonly Prefixes[]

  /**
   * @param what names the list in errors.
   * @throws RedstartError `INVALID_ARGUMENT` for what is no network.
   */
  constructor(what: string, networks: readonly Network[]) {
    if (!Array.isArray(networks)) throw invalidArgument(what, networks, 'an array of networks')
    const prefixes = new Map<string, Prefixes>()
    for (const text of networks.flatMap((network: Network) => GROUPS.get(network) ?? [network])) {
      const { address, bits } = parseNetwork(what, text)
      const { version } = address
      const same = prefixes.get(`${version}/${bits}`) ?? { version, bits, known: new Set<string>() }
      prefixes.set(`${version}/${bits}`, same)
      same.known.add(textOf(maskIp(address, bits)))
    }
    this.#prefixes = [...prefixes.values()]
  }

  /** Has every address of one version: a prefix of no bits. */
  get hasAll(): boolean {
    return this.#prefixes.some(({ bits }) => bits === 0)
  }

  has(address: IpAddress): boolean {
    return this.#prefixes.some(
      ({ version, bits, known }) => version === address.version && known.has(textOf(maskIp(address, bits))),
    )
  }
}

interface Prefixes {
  readonly version: 4 | 6
  readonly bits: number
  readonly known: Set<string>
}

const GROUPS: ReadonlyMap<string, readonly string[]> = new Map([
  ['loopback', ['127.0.0.0/8', '::1']],
  ['linklocal', ['169.254.0.0/16', 'fe80::/10']],
  ['uniquelocal', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7']],
])

const NETWORK = /^([^/%]+)(?:\/(0|[1-9]\d{0,2}))?$/

function parseNetwork(what: string, text: unknown): { readonly address: IpAddress; readonly bits: number } {
  const [, first = '', length] = (typeof text === 'string' && NETWORK.exec(text)) || []
  const address = parseIp(first)
  const written = first.includes(':') ? 128 : 32
  const bits = length === undefined ? written : Number(length)
  // Of an IPv4 address that is written as IPv6, the first 96 bits say just that.
  const own = address?.version === 4 ? bits - (written - 32) : bits
  if (address !== undefined && bits <= written && own >= 0) return { address, bits: own }
  throw invalidArgument(
    `a network of ${what}`,
    text,
    `one such as '203.0.113.0/24', '2001:db8::/32', an address, or ${[...GROUPS.keys()].join(', ')}`,
  )
}

function textOf({ words }: IpAddress): string {
  return words.join()
}
