import type { Cancel, Clock } from '../clock.ts'
import { RedstartError } from '../errors.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import { Echoes } from './echoes.ts'
import type { Hint, Invalidated, InvalidateRequest, InvalidationStore, Question } from './invalidation-store.ts'
import { Pending } from './pending.ts'

/** What an invalidation is made of. */
export interface Invalidation {
  readonly names: readonly string[]
  readonly kind: 'hard' | 'soft'
  /** Redis time in ms from which a soft one counts as hard. */
  readonly deadline: number
  /** Paths of entries to drop as well: economy. */
  readonly unlink: readonly string[]
}

/** Where an invalidation has got to: with `all`, the backend's clock of it. */
export type Reach =
  | { readonly reached: 'all'; readonly generation: string; readonly clock: number }
  | { readonly reached: 'here' }

export interface OutgoingOptions {
  readonly store: Pick<InvalidationStore, 'invalidate'>
  readonly clock: Clock
  readonly telemetry: Telemetry
  /** Milliseconds that one call to the backend may take. */
  readonly deadline: number
  readonly question: () => Question
  /** Gets the reply to each invalidation, before anybody is told that it was sent. */
  readonly learn: (invalidation: Invalidation, reply: Invalidated) => void
}

/** Between two attempts to send what waits; doubled each time, up to the longest. */
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 2000

/** The invalidations that this process makes: sent once, kept when they did not arrive, and sent again before any read. */
export class Outgoing {
  readonly pending: Pending = new Pending()
  readonly #options: OutgoingOptions
  readonly #echoes: Echoes
  readonly #running = new Set<Promise<Reach>>()
  #replaying: Promise<void> | undefined
  #retry: Cancel | undefined

  constructor(options: OutgoingOptions) {
    this.#options = options
    this.#echoes = new Echoes(({ names, kind }) => {
      if (!options.telemetry.hears('cache.invalidate')) return
      const strategy = kind === 'hard' ? 'immediate' : 'lazy'
      options.telemetry.emit({ type: 'cache.invalidate', names, strategy, reached: 'all', remote: true })
    })
  }

  /** See {@link Coherence.invalidate}. */
  invalidate(invalidation: Invalidation): Promise<Reach> {
    const running = this.#invalidate(invalidation)
    this.#running.add(running)
    const done = (): unknown => this.#running.delete(running)
    running.then(done, done)
    return running
  }

  /** See {@link Coherence.replay}. */
  async replay(timeout: number): Promise<void> {
    if (this.pending.empty) return
    this.#replaying ??= this.#replayAll(timeout).finally(() => (this.#replaying = undefined))
    await this.#replaying
  }

  /** A hint came: tells who listens, unless it is the echo of an own invalidation. */
  heard(hint: Hint): void {
    this.#echoes.heard(hint)
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#running)
    this.#retry?.()
    await this.replay(this.#options.deadline).catch(() => undefined)
  }

  async #invalidate(invalidation: Invalidation): Promise<Reach> {
    const { deadline, telemetry } = this.#options
    try {
      const begun = this.#options.clock.now()
      await this.replay(deadline)
      const left = deadline - (this.#options.clock.now() - begun)
      const { generation, clock } = await this.#send(invalidation, Math.max(1, Math.ceil(left)))
      telemetry.answered(begun)
      return { reached: 'all', generation, clock }
    } catch (error) {
      if (RedstartError.is(error, 'CLOSED')) throw error
      const code = RedstartError.is(error) ? error.code : 'STORE_FAILED'
      telemetry.emit({ type: 'store.error', operation: 'invalidate', code, error })
      const { names, kind, deadline: hardFrom } = invalidation
      this.#sendLater()
      if (!this.pending.add({ names, kind, deadline: hardFrom }))
        telemetry.emit({ type: 'pending.overflow', names: names.length })
      return { reached: 'here' }
    }
  }

  /** Others serve old data until what waits has been sent: tries again by itself, used or not. */
  #sendLater(pause: number = FIRST_PAUSE_MS): void {
    if (this.#retry !== undefined) return
    this.#retry = this.#options.clock.schedule(pause, () => {
      this.replay(this.#options.deadline).then(
        () => (this.#retry = undefined),
        (error: unknown) => {
          this.#retry = undefined
          if (!RedstartError.is(error, 'CLOSED')) this.#sendLater(Math.min(LONGEST_PAUSE_MS, 2 * pause))
        },
      )
    })
  }

  async #replayAll(timeout: number): Promise<void> {
    const { clock, telemetry } = this.#options
    const begun = clock.now()
    const until = begun + timeout
    let names = 0
    for (let next = this.pending.next(); next !== undefined; next = this.pending.next()) {
      const left = until - clock.now()
      if (left <= 0)
        throw new RedstartError(
          'STORE_TIMEOUT',
          `${this.pending.size} invalidated names still wait after ${timeout} ms of sending them again`,
        )
      await this.#send({ ...next.invalidation, unlink: [] }, Math.ceil(left))
      names += next.invalidation.names.length
      this.pending.settled(next)
    }
    telemetry.emit({ type: 'pending.replayed', names })
    telemetry.answered(begun)
  }

  async #send(invalidation: Invalidation, timeout: number): Promise<Invalidated> {
    const { store, question, learn } = this.#options
    const request: InvalidateRequest = { ...invalidation, ...question() }
    let done: Invalidated | undefined
    this.#echoes.sending()
    try {
      const reply = await store.invalidate(request, timeout)
      learn(invalidation, reply)
      done = reply
      return reply
    } finally {
      this.#echoes.answered(done)
    }
  }
}
