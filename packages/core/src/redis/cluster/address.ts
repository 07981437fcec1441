import type { Redirection } from '../failure.ts'

/** Where a server listens. */
export interface RedisAddress {
  /** A name or an IP address, without brackets. */
  readonly host: string
  readonly port: number
}

/**
 * Where to connect instead of where the servers say they are, as behind a NAT: by `host:port`, or a function of it that
 * returns nothing for an address that stays.
 */
export type RedisNatMap =
  | Readonly<Record<string, RedisAddress>>
  | ((address: string) => RedisAddress | null | undefined)

/** An address in one word, which tells servers apart. */
export function addressText({ host, port }: RedisAddress): string {
  return `${host}:${port}`
}

/** The address to connect to. */
export function mapped(address: RedisAddress, natMap: RedisNatMap | undefined): RedisAddress {
  if (natMap === undefined) return address
  const text = addressText(address)
  return (typeof natMap === 'function' ? natMap(text) : natMap[text]) ?? address
}

/** Where a redirection leads, answered by the server at `by`. */
export function addressOf({ host, port }: Redirection, by: RedisAddress): RedisAddress {
  return { host: host ?? by.host, port }
}
