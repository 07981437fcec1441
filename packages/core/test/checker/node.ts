import { type Backend, createRedstart, type Redstart, type RedstartEvent } from '../../src/index.ts'
import { namespacesOf } from './kitchen.ts'
import { Listener } from './listener.ts'
import { type Invalidation, instant } from './oracle.ts'
import { RELEASES } from './recipes.ts'
import { Settling } from './settling.ts'

/** An event and when it was heard. */
export interface Heard {
  readonly at: number
  readonly event: RedstartEvent
}

/** Counters of an instance that are worth a look. */
export type Tally = Record<'l1Hits' | 'l2Hits' | 'staleHits' | 'joins' | 'misses' | 'loads' | 'staleIfError', number>

/** How often which events were heard. */
export type Happened = Record<string, number>

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
  /** Hears of what the instance invalidates a second time. */
  readonly onSettled: (invalidation: Invalidation) => void
}

/** Events kept of each instance. */
const MOST_EVENTS = 4000

/** One instance under test, with a memory of its latest events. */
export class Node {
  readonly id: number
  readonly redstart: Redstart
  /** The version that it has of some namespaces. */
  readonly release: number
  readonly listener: Listener = new Listener()
  readonly settling: Settling
  readonly #heard: Heard[] = []
  readonly #happened: Happened = {}
  #busy = 0
  #closed = false
  #idle: () => void = () => undefined

  constructor({ id, entries, onSettled, ...options }: NodeOptions) {
    this.id = id
    this.release = 1 + (id % RELEASES)
    this.settling = new Settling(id, onSettled)
    const namespaces = namespacesOf(this.release)
    this.redstart = createRedstart({ ...options, namespaces, l1: { maxEntries: entries } })
    this.redstart.events.subscribe((event) => this.#hear(event))
    this.redstart.onInvalidate((notice) => {
      this.listener.hear(notice)
      this.settling.hear(notice)
    })
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
    this.#closed = true
  }

  /** What it should have done, and has not. */
  overdue(): string | undefined {
    return this.settling.overdue(this.#closed)
  }

  /** The latest events that have to do with these paths, or with all. */
  eventsOf(paths: readonly string[]): readonly Heard[] {
    return this.#heard
      .filter(({ event }) => !('key' in event) || event.key === undefined || paths.includes(event.key))
      .slice(-60)
  }

  addTo(tally: Tally, happened: Happened): void {
    for (const [what, times] of Object.entries(this.#happened)) happened[what] = (happened[what] ?? 0) + times

    for (const stats of Object.values(this.redstart.cache.stats().namespaces)) {
      for (const name of TALLIED) tally[name] += stats[name]
    }
  }

  #hear(event: RedstartEvent): void {
    const what = whatOf(event)
    this.#happened[what] = (this.#happened[what] ?? 0) + 1
    this.#heard.push({ at: instant(), event })
    if (this.#heard.length > 2 * MOST_EVENTS) this.#heard.splice(0, MOST_EVENTS)
  }
}

function whatOf(event: RedstartEvent): string {
  if (event.type === 'cache.load') return `${event.background ? 'background load' : 'load'} ${event.outcome}`
  return event.type === 'cache.write' ? `write ${event.outcome}` : event.type
}

const TALLIED = ['l1Hits', 'l2Hits', 'staleHits', 'joins', 'misses', 'loads', 'staleIfError'] as const

export function emptyTally(): Tally {
  return { l1Hits: 0, l2Hits: 0, staleHits: 0, joins: 0, misses: 0, loads: 0, staleIfError: 0 }
}
