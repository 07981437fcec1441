import { setTimeout } from 'node:timers/promises'
import type { Reached, Redstart } from '../../src/index.ts'
import { instant, type Invalidation, Oracle, type Part, type StaleRead } from '../checker/oracle.ts'
import { Loads } from './loads.ts'
import type { Lag } from './patience.ts'
import { DEADLINE, MAX_STALENESS, type Stage } from './stage.ts'

const TAG = 'menu'
/** Milliseconds between two rounds of reads. */
const PACE = 15
/** Entries that are read again and again, so that some reads join others and some are answered by memory. */
const REGULARS = 6
/** Milliseconds of the loaders, by turns. */
const LOADS: readonly number[] = [0, 30]

/** A call that has ended. All in ms. */
export interface Call {
  readonly what: string
  readonly at: number
  readonly took: number
  /** For how much of it a loader ran for it. */
  readonly loading: number
  /** What it took beyond its loaders and one deadline: no call may. */
  readonly over: number
}

/** Which of the two instances. */
export type Place = 'here' | 'there'

/** Calls on both instances, each timed and judged. */
export class Traffic {
  readonly calls: Call[] = []
  readonly stale: StaleRead[] = []
  /** Reads that got another key's value, or failed. */
  readonly wrong: unknown[] = []
  readonly #loads = new Loads()
  readonly #oracle = new Oracle(MAX_STALENESS)
  readonly #instances: Readonly<Record<Place, Redstart>>
  readonly #running = new Set<Promise<unknown>>()
  readonly #deadline: number
  #over = false
  #quiet = false
  #rounds = 0

  /** @param deadline of both instances, in ms. */
  constructor({ here, there }: Stage, deadline: number = DEADLINE) {
    this.#instances = { here, there }
    this.#deadline = deadline
  }

  /** Reads on both instances from now on until `end`; no read waits for another. */
  async run(): Promise<void> {
    for (; !this.#over; await setTimeout(PACE)) {
      if (this.#quiet) continue
      this.#rounds += 1
      for (const place of ['here', 'there'] as const) {
        const regular = this.#rounds % REGULARS
        this.start(this.read(place, `menu:regular${regular}`, LOADS[regular % LOADS.length]))
        this.start(this.read(place, `menu:once${place}${this.#rounds}`, LOADS[this.#rounds % LOADS.length]))
      }
    }
  }

  /** Starts no reads meanwhile: on a starved machine they alone would make each other miss their deadlines. */
  async pause<T>(meanwhile: () => Promise<T>): Promise<T> {
    this.#quiet = true
    const result = await meanwhile()
    this.#quiet = false
    return result
  }

  /** Keeps a call that nobody waits for until the end. */
  start(call: Promise<unknown>): void {
    const noted = call.catch((error: unknown) => this.wrong.push(error))
    this.#running.add(noted)
    void noted.then(() => this.#running.delete(noted))
  }

  /** Resolves when the last call has. */
  async end(): Promise<void> {
    this.#over = true
    while (this.#running.size > 0) await Promise.all(this.#running)
  }

  /** Reads, and loads where it must: for so many ms, and first of all does what is asked for. */
  async read(place: Place, key: string, loads = 0, first: () => void = () => undefined): Promise<Part> {
    const started = instant()
    const load = (): Promise<Part> => {
      first()
      return this.#loads.load(key, [TAG], loads)
    }
    const part = await this.#instances[place].cache.getOrSet(key, load, { tags: [TAG] })
    const ended = instant()
    this.#note(`read of ${key} ${place}`, started, ended, this.#loads.busy(key, started, ended))
    if (part.path !== key) this.wrong.push({ key, part })
    const stale = this.#oracle.judge(NODES[place], key, started, part)
    if (stale !== undefined) this.stale.push(stale)
    return part
  }

  /**
   * Invalidates everything that is read. Where it did not reach Redis, it has to hold on the other instance as soon as
   * this one has no more of them to send.
   */
  async invalidate(place: Place, more: readonly string[] = []): Promise<Reached['reached']> {
    const about = { kind: 'tag', names: [TAG], node: NODES[place] }
    const called = instant()
    const { reached } = await this.#oracle.during(about, () =>
      this.#instances[place].invalidate({ tags: [TAG, ...more] }),
    )
    this.#note(`invalidation ${place}`, called, instant(), 0)
    if (reached === 'here') this.start(this.#sentLater(place, { ...about, called, resolved: undefined, reached }))
    return reached
  }

  /** Calls that took longer than they may, each with what it was allowed. */
  late(lag: Lag): readonly (Call & { readonly slack: number })[] {
    return (
      this.calls
        .map((call) => ({ ...call, slack: lag.slack(call.at, call.at + call.took) }))
        // What measures the lag lags, too.
        .filter(({ over, slack }) => over > 1.1 * slack)
    )
  }

  async #sentLater(place: Place, invalidation: Invalidation): Promise<void> {
    while (this.#instances[place].cache.stats().pendingInvalidations > 0) {
      if (this.#over) throw new Error('an invalidation was never sent again')
      await setTimeout(1)
    }
    this.#oracle.record({ ...invalidation, resolved: instant(), reached: 'all' })
  }

  #note(what: string, at: number, ended: number, loading: number): void {
    const took = ended - at
    this.calls.push({ what, at, took, loading, over: took - loading - this.#deadline })
  }
}

const NODES: Readonly<Record<Place, number>> = { here: 0, there: 1 }
