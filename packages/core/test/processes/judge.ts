import type { LeasedLoad } from '../checker/loads.ts'
import type { Invalidation, StaleRead } from '../checker/oracle.ts'
import { Oracle } from '../checker/oracle.ts'
import type { Batch, Reading } from './messages.ts'

/** A stale read and when it ended. */
export interface Caught {
  readonly stale: StaleRead
  readonly ended: number
}

/** Gathers what the processes tell, and judges each read once every invalidation that it had to respect is known. */
export class Judge {
  readonly #oracle: Oracle
  /** Of each process, the instant up to which it has told everything. */
  readonly #known: number[]
  #waiting: Reading[] = []
  reads = 0
  invalidations = 0
  /** Invalidations that did not reach the backend. */
  reachedHere = 0
  /** Different values read. */
  values = 0
  notices = 0
  /** Loads under a lease, of all processes. */
  readonly leased: LeasedLoad[] = []
  /** The first stale read found. */
  caught: Caught | undefined

  /** @param staleness milliseconds after which an invalidation holds in other processes. */
  constructor(processes: number, staleness: number) {
    this.#oracle = new Oracle(staleness)
    this.#known = Array.from({ length: processes }, () => -Infinity)
  }

  take(process: number, { at, reads, readings, invalidations, leased, notices }: Batch): void {
    this.#known[process] = at
    this.reads += reads
    this.values += readings.length
    this.notices += notices
    this.leased.push(...leased)
    this.#waiting.push(...readings)
    for (const { invalidation, set } of invalidations) this.#record(invalidation, set)
    this.#judge()
  }

  #record(invalidation: Invalidation, set: number | undefined): void {
    this.#oracle.record(invalidation, set)
    this.invalidations += 1
    if (invalidation.reached === 'here') this.reachedHere += 1
  }

  #judge(): void {
    const until = Math.min(...this.#known)
    const ripe = this.#waiting.filter(({ started }) => started <= until)
    if (ripe.length === 0) return
    this.#waiting = this.#waiting.filter(({ started }) => started > until)
    for (const { node, path, started, ended, value, fresh } of ripe) {
      const stale = this.#oracle.judge(node, path, started, value, fresh)
      if (stale !== undefined) this.caught ??= { stale, ended }
    }
  }
}
