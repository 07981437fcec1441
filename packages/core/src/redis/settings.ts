import type { Redis } from 'ioredis'
import type { BreakerSettings } from './breaker-options.ts'
import type { RedisAddress, RedisNatMap } from './cluster/address.ts'

/** The options, checked and with their defaults. */
export interface RedisSettings {
  /**
   * A new client that has not connected yet.
   *
   * @param pause milliseconds to wait before the next attempt to connect.
   * @param address of a node of a Cluster.
   * @param protocol 2 for a client that must not speak RESP3.
   */
  readonly client: (pause: () => number, address?: RedisAddress, protocol?: 2) => Redis
  /** Where it is a Cluster. */
  readonly cluster: ClusterSettings | undefined
  readonly poolSize: number
  readonly connectTimeout: number
  readonly markers: number
  readonly breaker: BreakerSettings
}

/** How a Cluster is found. */
export interface ClusterSettings {
  /** At least one node. */
  readonly seeds: readonly RedisAddress[]
  readonly natMap: RedisNatMap | undefined
}
