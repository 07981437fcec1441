import type { Cancel } from '../clock.ts'
import type { ActiveSession } from './active-session.ts'
import type { Live } from './live.ts'
import { offerNext } from './rotation.ts'
import { presentedBy } from './token.ts'

/**
 * Has the session of a stream know its secrets. The stream itself offers the next one, shortly before another request
 * would: so it knows what takes the place of the one that it came with, and what it changes late is stored. It never puts
 * one into use; that is for the browser, which is told of it by the next answer.
 *
 * @returns how to stop.
 */
export function followRotation(session: ActiveSession): () => void {
  const { live, engine } = session
  if (live?.core.userId === undefined || live.secret !== 'current' || engine.settings.rotateEvery === 0) return () => {}
  const stream = new StreamRotation(session, live)
  stream.begin()
  return () => stream.end()
}

class StreamRotation {
  readonly #session: ActiveSession
  readonly #live: Live
  /** When the last secret that is known was offered, at the earliest; undefined where it is in use. */
  #offered: number | undefined
  #cancel: Cancel | undefined
  #ended = false

  constructor(session: ActiveSession, live: Live) {
    this.#session = session
    this.#live = live
  }

  begin(): void {
    const { time, settings } = this.#session.engine
    if (this.#live.nextSecret !== undefined) this.#offered = time.atLeast()
    const due =
      this.#offered === undefined ? this.#live.rotated + settings.rotateEvery - time.atMost() : settings.rotateEvery
    this.#in(due)
  }

  end(): void {
    this.#ended = true
    this.#cancel?.()
  }

  /** @param due milliseconds until others would offer a secret. */
  #in(due: number): void {
    if (this.#ended) return
    const { engine } = this.#session
    const ms = Math.max(0, due - Math.min(LEAD_MS, engine.settings.rotateEvery / 4))
    // Whole seconds: timers of the same length cost less.
    const wait = ms > 10_000 ? Math.floor(ms / 1000) * 1000 : ms
    this.#cancel = engine.clock.schedule(wait, () => void this.#look().catch(() => this.#in(AGAIN_MS)))
  }

  async #look(): Promise<void> {
    const { store, settings } = this.#session.engine
    const token = this.#session.succession.last(this.#live)
    const { address, verifier } = presentedBy(token)
    const { grace, deadline } = settings
    const reply = await store.load({ address, verifier, readOnly: true, grace }, deadline)
    // It has ended, or somebody else was faster: what comes after this one was told to nobody here.
    if (this.#ended || reply.kind !== 'loaded' || reply.secret !== 'current') return
    if (this.#offered !== undefined && reply.rotated < this.#offered) return this.#in(settings.rotateEvery / 2)
    this.#offered = undefined
    const due = reply.rotated + settings.rotateEvery - reply.now
    if (due > LEAD_MS) return this.#in(due)
    const offered = await offerNext(this.#session, this.#live, token)
    if (offered.kind !== 'rotated' || offered.secret === undefined) return
    this.#session.succession.learn(this.#live, offered.secret)
    this.#offered = reply.now
    this.#in(settings.rotateEvery)
  }
}

/** By so much the stream is before others. */
const LEAD_MS = 2000
/** After a failure of the backend. */
const AGAIN_MS = 1000
