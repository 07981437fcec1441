import type { Answer, Hint, Invalidated } from '../../src/invalidation/invalidation-store.ts'
import { decide, type Stamp, type Verdict } from '../../src/invalidation/view.ts'
import type { Context } from './context.ts'
import { MAX_STALENESS } from './entry.ts'
import { LocalView, type Message, type ModelView } from './local-view.ts'
import type { Raise } from './marker.ts'
import type { Reply } from './network.ts'
import type { Reading } from './redis.ts'
import { ShippedView } from './shipped-view.ts'
import { type Steps, until } from './tasks.ts'

/** How long an answer that is ahead waits for the messages before the view skips to it. */
const CATCH_UP = 30
/** How often it looks. */
const CATCH_UP_STEP = 6

/** What a process's L1 hears of invalidations; only rules that are taken back listen. */
export interface CoherenceListener {
  onMessage(message: Pick<Message, 'names' | 'kind'>): void
  onReset(): void
}

/** A process's view, the proof that it is young enough, and what it knows of Redis's time. */
export class Coherence {
  view: ModelView | undefined
  /** Something was heard that only a question can settle. */
  questionWanted = true
  /** True from the first failure until what is pending was sent again. */
  outage = false
  /** Counts what could have invalidated anything here. */
  changes = 0
  readonly #context: Context
  readonly #listener: CoherenceListener
  #proofAt = -Infinity
  #heardAt = -Infinity
  /** The newest command whose reply was of the view's generation. */
  #newest = -1
  #time: { readonly value: number; readonly sentAt: number; readonly heardAt: number } | undefined

  constructor(context: Context, listener: CoherenceListener) {
    this.#context = context
    this.#listener = listener
  }

  /** Since when the view counts as young. */
  get provenFrom(): number {
    return this.#context.rules.ownProof ? this.#proofAt : Math.max(this.#proofAt, this.#heardAt)
  }

  /** @param confirmedAt since when the data itself is known to be good, without the view. */
  proven(confirmedAt: number = -Infinity): boolean {
    if (this.outage && !this.#context.rules.ageInOutage) return true
    return this.#context.now - Math.max(this.provenFrom, confirmedAt) <= MAX_STALENESS
  }

  get questionDue(): boolean {
    return this.questionWanted || this.#context.now - this.#proofAt > MAX_STALENESS / 2
  }

  decide(stamp: Stamp): Verdict {
    return this.view === undefined ? 'gone' : decide(stamp, this.view, 'ask', this.redisTime)
  }

  /**
   * The latest that Redis's time can be. An estimate older than `maxStaleness` is none: the server's clock may have been
   * set since. Without one every deadline has passed.
   */
  get redisTime(): number {
    const time = this.#time
    const { now, rules } = this.#context
    if (time === undefined || now - time.sentAt > MAX_STALENESS) return Number.MAX_VALUE
    return time.value + now - (rules.latestTime ? time.sentAt : time.heardAt)
  }

  hear(hint: Hint): void {
    this.#heardAt = this.#context.now
    const view = this.view
    if (view === undefined) return
    this.#listener.onMessage(hint)
    if (hint.generation === view.generation) this.#take(view, hint)
    else {
      if (!this.#context.rules.inertHints) this.#adopt(hint.generation, hint.clock)
      this.questionWanted = true
    }
  }

  /** Takes the reply to an own invalidation: a message like any other. */
  learn({ value, number }: Reply<Invalidated>, names: readonly string[], how: Omit<Raise, 'clock'>): void {
    this.#listener.onMessage({ names, kind: how.kind })
    const known = this.view
    const view = this.#confirm(value.generation, value.clock, number)
    if (view === undefined) return
    this.#take(view, { ...value, names, ...how })
    if (view !== known) this.questionWanted = true
  }

  /** Takes the generation and time of a snapshot; its markers are for the read that asked. */
  see({ value, number, sentAt }: Reply<Reading>): void {
    this.#noteTime(value.time, sentAt)
    const known = this.view
    if (this.#confirm(value.generation, value.clock, number) !== known) this.questionWanted = true
  }

  /** Takes the answer to a question. A view that is behind gets a moment to catch up, then skips. */
  *take({ value, number, sentAt }: Reply<Answer>): Steps<void> {
    this.#noteTime(value.time, sentAt)
    const view = this.#confirm(value.generation, value.clock, number)
    if (view === undefined) return
    if (view.clock >= value.clock) return this.#prove(sentAt)
    const end = this.#context.now + CATCH_UP
    while (view.clock < value.clock && this.#context.now < end) yield* until(this.#context.now + CATCH_UP_STEP)
    if (this.view !== view) return
    if (view.clock >= value.clock) this.#context.counts.caughtUp++
    else {
      this.#context.counts.skips++
      view.skipTo(value.clock, this.redisTime)
      this.changes++
      this.#listener.onReset()
    }
    this.#prove(this.#context.rules.proofFromSending ? sentAt : this.#context.now)
  }

  /** R9 taken back: an outage makes up the clock that an own invalidation would have had. */
  invent(names: readonly string[], how: Omit<Raise, 'clock'>): void {
    const view = this.view
    if (view !== undefined) {
      this.#take(view, { generation: view.generation, previous: view.clock, clock: view.clock + 1, names, ...how })
    }
  }

  #prove(since: number): void {
    this.#proofAt = Math.max(this.#proofAt, since)
  }

  #take(view: ModelView, message: Message): void {
    this.changes++
    if (view.hear(message, this.redisTime) === 'taken') return
    this.#context.counts.gaps++
    this.questionWanted = true
  }

  /** The view, if it is of this generation or may become it; a reply that others overtook says nothing about that. */
  #confirm(generation: string, clock: number, number: number): ModelView | undefined {
    if (this.view?.generation !== generation) {
      if (this.#context.rules.adoptInOrder && number < this.#newest) return undefined
      this.#adopt(generation, clock)
      this.#newest = number
    }
    this.#newest = Math.max(this.#newest, number)
    return this.view
  }

  #adopt(generation: string, clock: number): void {
    const shipped = this.#context.weather.shippedView
    this.view = shipped ? new ShippedView(generation, clock) : new LocalView(this.#context, generation, clock)
    this.changes++
    this.#listener.onReset()
  }

  #noteTime(value: number, sentAt: number): void {
    if (this.#time === undefined || sentAt >= this.#time.sentAt)
      this.#time = { value, sentAt, heardAt: this.#context.now }
  }
}
