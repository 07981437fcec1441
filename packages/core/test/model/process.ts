import type { Verdict } from '../../src/invalidation/view.ts'
import { Coherence } from './coherence.ts'
import type { Context } from './context.ts'
import { declaredNames, ENTRY_TTL, type Entry, FRESH } from './entry.ts'
import type { History } from './history.ts'
import { FAILED, type Failed, Network, type Reply } from './network.ts'
import { Pending } from './pending.ts'
import type { Raise } from './marker.ts'
import type { ModelRedis } from './redis.ts'
import { type Steps, Tasks, type Wait } from './tasks.ts'

/** A load in progress that others may join. */
export interface Flight extends Wait {
  readonly path: string
  readonly startedAt: number
  /** What the process knew when it started. */
  readonly changes: number
  readonly order: number
  /** Epoch of the path when it started; only a rule taken back looks at it. */
  readonly epoch: number
  landed: Landed | 'failed' | undefined
}

/** An invalidation that reached Redis. */
interface Sent {
  readonly names: readonly string[]
  readonly how: Omit<Raise, 'clock'>
  readonly at: number
}

/** For how long they are remembered. */
const MINUTE = 300

/** What a flight brought. */
export interface Landed {
  readonly entry: Entry
  readonly how: string
  /** The clock as of which the entry was confirmed. */
  readonly asOf: number
  /** Some of it was stale already. */
  readonly stale: boolean
}

/** One instance: its view, its L1, what it is loading, and what it could not send. */
export class ModelProcess {
  readonly name: string
  readonly context: Context
  readonly redis: ModelRedis
  readonly history: History
  readonly network: Network
  readonly coherence: Coherence
  readonly pending: Pending
  readonly tasks: Tasks = new Tasks()
  readonly l1: Map<string, Entry> = new Map()
  readonly flights: Map<string, Flight> = new Map()
  /** Orders own invalidations that did not reach Redis among own loads. */
  order = 0
  asking = false
  /** Does nothing before this instant, and does not know it. */
  pausedUntil = -Infinity
  #recent: readonly Sent[] = []
  readonly #epochs = new Map<string, number>()

  constructor(name: string, context: Context, redis: ModelRedis, history: History) {
    this.name = name
    this.context = context
    this.redis = redis
    this.history = history
    this.pending = new Pending(context)
    this.coherence = new Coherence(context, {
      onMessage: ({ names, kind }) => this.#heard(names, kind),
      onReset: () => this.#forget(),
    })
    this.network = new Network(context, redis, (hint) => {
      if (context.design.failover === 'resendHeard') this.sent(hint.names, hint)
      this.coherence.hear(hint)
    })
    // A process starts as if after an outage: it asks before it believes anything.
    this.coherence.outage = true
  }

  note(line: () => string): void {
    this.context.note(() => `${this.name}: ${line()}`)
  }

  /** Sends a command about meta; a failure is an outage. */
  *askMeta<T>(command: () => T): Steps<Reply<T> | Failed> {
    return this.#checked(yield* this.network.send(this.network.meta, command))
  }

  /** Sends a command about an entry; a failure is an outage. */
  *askEntry<T>(command: () => T): Steps<Reply<T> | Failed> {
    return this.#checked(yield* this.network.send(this.network.entries, command))
  }

  /** What an entry of L1 is, here and now. */
  verdict(entry: Entry): Verdict {
    const { now, rules } = this.context
    if (now - entry.bornAt > ENTRY_TTL) return 'gone'
    const verdict = rules.everyHit ? this.coherence.decide(entry) : 'valid'
    if (verdict === 'gone' || verdict === 'ask') return verdict
    if (this.pending.overrules(entry)) return 'gone'
    if (!this.coherence.proven(entry.confirmedAt)) return 'ask'
    return verdict === 'stale' || now - entry.bornAt > FRESH ? 'stale' : 'valid'
  }

  /** Remembers an invalidation that reached Redis. */
  sent(names: readonly string[], { kind, deadline }: Sent['how']): void {
    const { failover } = this.context.design
    if (failover !== 'resend' && failover !== 'resendHeard') return
    this.#recent = [...this.recent(), { names, how: { kind, deadline }, at: this.context.now }]
  }

  /** What reached Redis lately. */
  recent(): readonly Sent[] {
    return this.#recent.filter(({ at }) => this.context.now - at <= MINUTE)
  }

  startFlight(path: string): Flight {
    const flight: Flight = {
      path,
      startedAt: this.context.now,
      changes: this.coherence.changes,
      order: this.order,
      epoch: this.#epochs.get(path) ?? 0,
      landed: undefined,
      ready: () => flight.landed !== undefined,
    }
    this.flights.set(path, flight)
    return flight
  }

  endFlight(flight: Flight): void {
    flight.landed ??= 'failed'
    if (this.flights.get(flight.path) === flight) this.flights.delete(flight.path)
  }

  /** Puts an entry into L1. No guard is needed: every hit is decided. */
  keep(entry: Entry, flight?: Flight): void {
    const overtaken = flight !== undefined && flight.epoch !== (this.#epochs.get(entry.path) ?? 0)
    if (this.context.rules.everyHit || !overtaken) this.l1.set(entry.path, entry)
  }

  #checked<T>(reply: Reply<T> | Failed): Reply<T> | Failed {
    if (reply === FAILED) this.coherence.outage = true
    return reply
  }

  /** What stands in for R1 and R5 when they are taken back: dropping by name when a message comes. */
  #heard(names: readonly string[], kind: 'hard' | 'soft'): void {
    const { rules } = this.context
    if (!rules.everyHit && kind === 'hard') this.#drop(names)
    if (!rules.joiners) this.fence(names)
  }

  #drop(names: readonly string[]): void {
    for (const entry of this.l1.values()) {
      if (entry.names.some((name) => names.includes(name))) this.l1.delete(entry.path)
    }
    for (const name of names) {
      if (name.startsWith('k:')) this.#epochs.set(name.slice(2), (this.#epochs.get(name.slice(2)) ?? 0) + 1)
    }
  }

  /** R5 taken back: flights that could be touched, by the names known before the load, are no longer joined. */
  fence(names: readonly string[]): void {
    if (this.context.rules.joiners) return
    for (const path of this.flights.keys()) {
      if (declaredNames(path).some((name) => names.includes(name))) this.flights.delete(path)
    }
  }

  #forget(): void {
    if (!this.context.rules.everyHit || !this.context.rules.viewFloor) this.l1.clear()
  }
}
