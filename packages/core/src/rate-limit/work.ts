import type { DenyCache } from './deny-cache.ts'
import type { Flight } from './flight.ts'
import type { LeaseTable } from './leases.ts'
import type { LimitItem } from './limit-store.ts'
import type { LimitPolicy } from './policy.ts'
import type { PolicyStats } from './stats.ts'

/** A policy at work in this process: the one that was composed, or another one in its place for some caller. */
export interface PolicyWork {
  readonly name: string
  readonly policy: LimitPolicy
  /** Of all that have the name. */
  readonly denied: DenyCache
  readonly stats: PolicyStats
  readonly flights: Map<string, Flight>
  readonly leases: LeaseTable<WorkItem> | undefined
}

/** One limit of a check, with where it is worked on. */
export interface WorkItem extends LimitItem {
  readonly work: PolicyWork
}
