import { type Backend, createRedstart, type Redstart, type RedstartEvent } from '../../src/index.ts'
import { instant } from './oracle.ts'

/** An event and when it was heard. */
export interface Heard {
  readonly at: number
  readonly event: RedstartEvent
}

/** Counters of an instance that are worth a look. */
export type Tally = Record<'l1Hits' | 'l2Hits' | 'staleHits' | 'joins' | 'misses' | 'loads' | 'staleIfError', number>

export interface NodeOptions {
  readonly id: number
  readonly app: string
  readonly backend: Backend
  readonly maxStaleness: number
  readonly consistency?: 'bounded' | 'strict'
  /** Milliseconds that one operation may spend in the backend. */
  readonly deadline: number
  /** Entries in memory; few of them make the backend answer more reads. */
  readonly entries: number
}

/** Events kept of each instance. */
const MOST_EVENTS = 4000

/** One instance under test, with a memory of its latest events. */
export class Node {
  readonly id: number
  readonly redstart: Redstart
  readonly #heard: Heard[] = []
  #busy = 0
  #idle: () => void = () => undefined

  constructor({ id, entries, ...options }: NodeOptions) {
    this.id = id
    this.redstart = createRedstart({ ...options, l1: { maxEntries: entries } })
    this.redstart.events.subscribe((event) => this.#hear(event))
  }

  /** Runs something that must end before the instance is closed. */
  async during<T>(run: () => Promise<T>): Promise<T> {
    this.#busy += 1
    try {
      return await run()
    } finally {
      this.#busy -= 1
      if (this.#busy === 0) this.#idle()
    }
  }

  /** Closes the instance once nothing uses it. */
  async retire(): Promise<void> {
    if (this.#busy > 0) await new Promise<void>((resolve) => (this.#idle = resolve))
    await this.redstart.close()
  }

  /** The latest events that have to do with these paths, or with all. */
  eventsOf(paths: readonly string[]): readonly Heard[] {
    return this.#heard
      .filter(({ event }) => !('key' in event) || event.key === undefined || paths.includes(event.key))
      .slice(-60)
  }

  addTo(tally: Tally): void {
    for (const stats of Object.values(this.redstart.cache.stats().namespaces)) {
      for (const name of TALLIED) tally[name] += stats[name]
    }
  }

  #hear(event: RedstartEvent): void {
    this.#heard.push({ at: instant(), event })
    if (this.#heard.length > 2 * MOST_EVENTS) this.#heard.splice(0, MOST_EVENTS)
  }
}

const TALLIED = ['l1Hits', 'l2Hits', 'staleHits', 'joins', 'misses', 'loads', 'staleIfError'] as const

export function emptyTally(): Tally {
  return { l1Hits: 0, l2Hits: 0, staleHits: 0, joins: 0, misses: 0, loads: 0, staleIfError: 0 }
}
