import type { LeasedLoad } from '../checker/loads.ts'
import type { Heard, Tally } from '../checker/node.ts'
import type { Invalidation, Part } from '../checker/oracle.ts'

/** What a worker process is started with. */
export interface Orders {
  /** Its number, 0 or more; one that comes in the place of another has another. */
  readonly process: number
  readonly seed: number
  readonly app: string
  readonly connection: ConnectionOrders
  readonly consistency: 'bounded' | 'strict'
  /** Milliseconds. */
  readonly maxStaleness: number
  readonly deadline: number
  /** How often the process's instance is replaced by a new one, in ms. */
  readonly reopenEvery: number
  /** Entries in memory. */
  readonly entries: number
  /** By how many ms its wall clock is wrong, from its start on. */
  readonly skew: number
}

/** How a worker process reaches Redis. `subscribed apart` takes two connections: one that hears, and one that asks. */
export type ConnectionOrders =
  | { readonly kind: 'one connection' | 'subscribed apart'; readonly url: string }
  | { readonly kind: 'pool'; readonly url: string; readonly poolSize: number }
  | {
      readonly kind: 'cluster'
      readonly nodes: readonly Address[]
      /** Where the proxy of each node is, by the node's own address. */
      readonly proxies: Readonly<Record<string, Address>>
    }

export interface Address {
  readonly host: string
  readonly port: number
}

/** What a worker process is told. */
export type ToWorker =
  | { readonly kind: 'start'; readonly orders: Orders }
  /** The wall clock is set. */
  | { readonly kind: 'skew'; readonly milliseconds: number }
  /** The next load under a lease does not end. */
  | { readonly kind: 'hold' }
  /** With `explain`, the events of an instance that have to do with these paths are told at the end. */
  | { readonly kind: 'end'; readonly explain?: { readonly node: number; readonly paths: readonly string[] } }

/** What a worker process tells. */
export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'holding' }
  | { readonly kind: 'batch'; readonly batch: Batch }
  | { readonly kind: 'failed'; readonly text: string }
  | { readonly kind: 'ended'; readonly batch: Batch; readonly tally: Tally; readonly events: readonly Heard[] }

/** Everything that ended in a worker process since the batch before. */
export interface Batch {
  /** Instant: what ended until then is in this batch or in an earlier one. */
  readonly at: number
  readonly reads: number
  readonly readings: readonly Reading[]
  readonly invalidations: readonly Made[]
  readonly leased: readonly LeasedLoad[]
  /** How often a listener was told of an invalidation. */
  readonly notices: number
}

/**
 * A value that an instance read. Of several reads of the same value only the one that started last is told: whatever
 * an earlier one should have respected, that one should have respected as well.
 */
export interface Reading {
  /** The instance. */
  readonly node: number
  readonly path: string
  readonly started: number
  readonly ended: number
  readonly value: Part
  /** It may not have been marked stale either. */
  readonly fresh: boolean
}

/** An invalidation that has ended. */
export interface Made {
  readonly invalidation: Invalidation
  /** Of a `set`, its number. */
  readonly set: number | undefined
}
