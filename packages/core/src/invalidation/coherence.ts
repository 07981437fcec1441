import { randomBytes } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { RedstartError } from '../errors.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import type { Answer, Hint, Invalidated, InvalidationStore, Question } from './invalidation-store.ts'
import { type Invalidation, Outgoing, type Reach } from './outgoing.ts'
import type { Pending } from './pending.ts'
import { ProcessView } from './process-view.ts'
import { ServerTime } from '../server-time.ts'
import { decide, type Stamp, type Verdict } from './view.ts'

export interface CoherenceOptions {
  readonly store: InvalidationStore
  readonly clock: Clock
  readonly telemetry: Telemetry
  /** Milliseconds for which an answer proves the view. */
  readonly maxStaleness: number
  /** Milliseconds that one call to the backend may take. */
  readonly deadline: number
}

/** Something that can be decided: its stamp, its place in the local order, and when it was last known to be right. */
export interface Decidable extends Stamp {
  /** {@link Pending.sequence} at the start of its load, or of the read that fetched it. */
  readonly sequence: number
  /** Own instant: the start of its own load here, or the sending of a read that confirmed it; `-Infinity` for neither. */
  readonly since: number
}

/** A question with its place in the order of sending. */
export interface Asked extends Question {
  readonly order: number
  /** Own instant. */
  readonly sent: number
}

/** How long hints that are on their way may take to catch up with an answer before the view begins anew. */
const CATCH_UP_MS = 5
/** The markers are kept for twice the longest entry, and at least this long. */
const LEAST_KEEP_MS = 86_400_000

/**
 * Keeps one process's view of invalidations young enough to be used: hints raise it at once, but only the answer to an
 * own question proves it, for `maxStaleness` from the question's sending. Nothing heard is no proof.
 */
export class Coherence {
  readonly view: ProcessView = new ProcessView()
  readonly time: ServerTime
  readonly pending: Pending
  readonly #options: CoherenceOptions
  readonly #unsubscribe: () => void
  readonly #outgoing: Outgoing
  #provenAt = -Infinity
  #keep = LEAST_KEEP_MS
  readonly #renewAfter: number
  #renewing: Promise<void> | undefined
  /** Counts the questions, in the order of their sending. */
  #asked = 0
  /** The question whose answer brought the generation, or the first that may bring another one. */
  #adoptedBy = 0
  #everAdopted = false

  constructor(options: CoherenceOptions) {
    this.#options = options
    this.time = new ServerTime(options.maxStaleness)
    this.#outgoing = new Outgoing({
      ...options,
      question: () => this.question(),
      learn: (invalidation, reply) => this.#learn(invalidation, reply),
    })
    this.pending = this.#outgoing.pending
    this.#renewAfter = options.maxStaleness / 2
    this.#unsubscribe = options.store.subscribe((hint) => this.#hear(hint))
  }

  /**
   * True while the view, or something confirmed at `since`, is young enough to be used. Asks anew in the background
   * once half of that time is over, so that a view in use stays proven.
   */
  proven(now: number, since: number = -Infinity): boolean {
    const age = now - this.#provenAt
    if (age <= this.#renewAfter) return true
    const { maxStaleness } = this.#options
    if (age <= maxStaleness && this.#renewing === undefined) this.#renew()
    return age <= maxStaleness || now - since <= maxStaleness
  }

  /** Renews the proof in the background where half of its time is over or there is none: somebody waits for word. */
  refresh(): void {
    const age = this.#options.clock.now() - this.#provenAt
    if (age >= this.#renewAfter && this.#renewing === undefined) this.#renew()
  }

  /** The instant that the view is proven from. */
  get provenAt(): number {
    return this.#provenAt
  }

  /** Decides something held in this process, the local order of an outage included. Says nothing of proof. */
  decide(thing: Decidable, now: number): Verdict {
    const verdict = decide(thing, this.view, 'ask', this.time.judging(now))
    if (verdict !== 'gone' && !this.pending.allows(thing.names, thing.sequence)) return 'gone'
    if (verdict === 'valid' && this.pending.marks(thing.names, thing.sequence)) return 'stale'
    return verdict
  }

  /** A question to send now; hand it to {@link answered} with its answer. */
  question(): Asked {
    this.#asked++
    return {
      candidate: randomBytes(16).toString('hex'),
      keep: this.#keep,
      order: this.#asked,
      sent: this.#options.clock.now(),
    }
  }

  /** An entry will live for so many ms: the markers must outlive it. */
  keepFor(ttl: number): void {
    this.#keep = Math.max(this.#keep, 2 * ttl)
  }

  /** Takes in an answer. Resolves when the view has caught up with it, or has begun anew as of it. */
  answered(answer: Answer, { order, sent }: Asked): Promise<void> | undefined {
    const { view } = this
    this.time.answered(answer.time, sent, this.#options.clock.now())
    if (view.generation !== answer.generation) {
      // Replies may be taken in out of order: one that was sent for earlier must not bring an older generation back.
      if (order < this.#adoptedBy) return undefined
      this.#reset(answer, this.#everAdopted ? 'generation' : 'first', sent)
      this.#everAdopted = true
      this.#adoptedBy = order
    } else if (view.clock >= answer.clock) {
      this.#provenAt = Math.max(this.#provenAt, sent)
    } else {
      return this.#catchUp(answer, sent)
    }
    return undefined
  }

  /** Heard of a generation that is not the view's: nothing held may be used before the next answer. */
  suspect(generation: string): void {
    if (generation === this.view.generation) return
    this.view.forget()
    this.#provenAt = -Infinity
    this.#adoptedBy = this.#asked + 1
  }

  /** Invalidates here at once and everywhere that the backend reaches. Rejects only with `CLOSED`. */
  invalidate(invalidation: Invalidation): Promise<Reach> {
    return this.#outgoing.invalidate(invalidation)
  }

  /** Sends what waits since an outage; rejects when the backend still cannot be reached, or not within `timeout` for all. */
  replay(timeout: number): Promise<void> {
    return this.#outgoing.replay(timeout)
  }

  /** Lets running invalidations end, and gives waiting ones a last try. */
  async close(): Promise<void> {
    await this.#outgoing.close()
    this.#unsubscribe()
  }

  /** Asks, for the view's proof alone. Rejects when the backend does not answer. */
  async ask(timeout: number): Promise<void> {
    const question = this.question()
    const { answer } = await this.#options.store.read({ keys: [], question }, timeout)
    this.reached(question.sent)
    if (answer !== undefined) await this.answered(answer, question)
  }

  /** The backend answered a call that was sent then. */
  reached(sent: number): void {
    if (this.pending.empty) this.#options.telemetry.answered(sent)
  }

  /** Takes in the reply to an own invalidation: it counts as a hint. */
  #learn(invalidation: Invalidation, reply: Invalidated): void {
    if (reply.generation !== this.view.generation) return this.suspect(reply.generation)
    this.view.apply({ ...invalidation, ...reply }, this.time.judging(this.#options.clock.now()))
  }

  #hear(hint: Hint): void {
    const { view, time } = this
    // Another generation is adopted from an answer only; hearing of one says that it is time to ask.
    if (hint.generation !== view.generation) this.#provenAt = -Infinity
    else view.apply(hint, time.judging(this.#options.clock.now()))
    this.#outgoing.heard(hint)
  }

  #reset(answer: Answer, reason: 'first' | 'generation' | 'gap', sent: number): void {
    this.view.reset(answer.generation, answer.clock)
    this.#provenAt = sent
    this.#options.telemetry.emit({ type: 'view.reset', reason })
  }

  /** Waits for hints that may be on their way on another connection; what has not come by then is lost. */
  #catchUp(answer: Answer, sent: number): Promise<void> {
    return new Promise((resolve) => {
      this.#options.clock.schedule(CATCH_UP_MS, () => {
        const { view } = this
        if (view.generation !== answer.generation) return resolve()
        if (view.clock < answer.clock) this.#reset(answer, 'gap', sent)
        else this.#provenAt = Math.max(this.#provenAt, sent)
        resolve()
      })
    })
  }

  /** Renews the proof in the background, because the view is in use. */
  #renew(): void {
    const { deadline, clock } = this.#options
    this.#renewing = this.replay(deadline)
      .then(() => this.ask(deadline))
      .catch((error: unknown) => this.#failed(error))
      .finally(() => {
        // Not at once again: without an answer every use would ask anew.
        clock.schedule(deadline / 10, () => (this.#renewing = undefined))
      })
  }

  #failed(error: unknown): void {
    if (RedstartError.is(error, 'CLOSED')) return
    const code = RedstartError.is(error) ? error.code : 'STORE_FAILED'
    this.#options.telemetry.emit({ type: 'store.error', operation: 'read', code, error })
  }
}
