import { LRUCache } from 'lru-cache'
import { invalidArgument, RedstartError } from '../../errors.ts'
import { AddressSet } from '../address/address-set.ts'
import { type AddressModel, clientAddress, type ClientAddress } from '../address/client-address.ts'
import { clientNetwork, type NetworkBits } from '../address/client-network.ts'
import { parseIp } from '../address/ip-address.ts'
import type { HttpExchange } from '../exchange.ts'
import type { LimitingOptions } from './options.ts'

/** A client, as far as limits tell it from others. */
export interface LimitedClient {
  /** The network of its address. */
  readonly key: string
  /** It is never limited. */
  readonly allowed: boolean
}

/** Finds clients by their addresses. */
export class LimitedClients {
  readonly #find: (exchange: HttpExchange) => ClientAddress
  readonly #bits: NetworkBits
  readonly #allow: AddressSet | undefined
  /** Those that were seen lately: most requests come from one of them. */
  readonly #known = new LRUCache<string, LimitedClient>({ max: MOST_KNOWN })

  /** @throws RedstartError `INVALID_ARGUMENT` for an option that is not allowed. */
  constructor(model: AddressModel, { network = {}, allow }: Pick<LimitingOptions<never, never>, 'network' | 'allow'>) {
    this.#find = clientAddress(model)
    const { v4 = 32, v6 = 56 } = network
    for (const [name, bits, most] of [['v4', v4, 32] as const, ['v6', v6, 128] as const])
      if (!Number.isInteger(bits) || bits < 1 || bits > most)
        throw invalidArgument(`network.${name}`, bits, `a number of bits, 1 to ${most}`)
    this.#bits = { v4, v6 }
    this.#allow = allow === undefined ? undefined : new AddressSet('allow', allow)
  }

  /** @throws RedstartError `NO_CLIENT_ADDRESS` where there is none: those that have none must not share one limit. */
  of(exchange: HttpExchange): LimitedClient {
    const found = this.#find(exchange)
    if (!found.found) throw noAddress(found.reason)
    const { address } = found
    const known = this.#known.get(address)
    if (known !== undefined) return known
    const parsed = parseIp(address)
    const key = clientNetwork(address, this.#bits)
    if (key === undefined || parsed === undefined) throw noAddress('unreadable')
    const client = { key, allowed: this.#allow?.has(parsed) === true }
    this.#known.set(address, client)
    return client
  }
}

const MOST_KNOWN = 1000

function noAddress(reason: 'missing' | 'unreadable'): RedstartError {
  const what = reason === 'missing' ? 'is told by nobody' : 'cannot be read as one'
  return new RedstartError(
    'NO_CLIENT_ADDRESS',
    `requests are limited by the client's address, which ${what}: does the option clientAddress say how it is found here?`,
  )
}
