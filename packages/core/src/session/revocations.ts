import type { Cancel, Clock } from '../clock.ts'
import type { ActivityLog } from './activity.ts'
import type { RevokeAllRequest, RevokeReply, RevokeRequest, SessionStore } from './session-store.ts'
import type { StoreTime } from './store-time.ts'

/** Is told once, when it is done: at the first attempt or at a later one. */
type OnEnded = (reply: RevokeReply) => void

type Revoked =
  | { readonly kind: 'some'; readonly request: RevokeRequest }
  /** Those that were begun later stay: `until` is the instant at which it was asked for. */
  | { readonly kind: 'all'; readonly request: RevokeAllRequest; readonly until: number }

interface Unsent {
  readonly revoked: Revoked
  readonly onEnded: OnEnded
}

export interface RevocationsParts {
  readonly store: SessionStore
  readonly time: StoreTime
  readonly clock: Clock
  /** Told of every session that was ended. */
  readonly activity: ActivityLog
  /** Milliseconds that one attempt may take. */
  readonly timeout: number
}

/**
 * Ends sessions, again and again where the backend cannot be told. Nothing of a session is kept from one request to the
 * next, so that a revocation holds at once everywhere.
 */
export class Revocations {
  readonly #store: SessionStore
  readonly #time: StoreTime
  readonly #clock: Clock
  readonly #activity: ActivityLog
  readonly #timeout: number
  #unsent: Unsent[] = []
  #retry: Cancel | undefined
  #pause = FIRST_PAUSE_MS
  #closed = false

  constructor({ store, time, clock, activity, timeout }: RevocationsParts) {
    this.#store = store
    this.#time = time
    this.#clock = clock
    this.#activity = activity
    this.#timeout = timeout
  }

  /**
   * Ends some.
   *
   * @throws RedstartError what the store rejects with; it is tried again until it is done.
   */
  revoke(request: RevokeRequest, onEnded: OnEnded = () => undefined): Promise<RevokeReply> {
    return this.#send({ revoked: { kind: 'some', request }, onEnded })
  }

  /** The same, from now on, where the backend is known not to answer. */
  revokeLater(request: RevokeRequest, onEnded: OnEnded): void {
    this.#keep({ revoked: { kind: 'some', request }, onEnded })
  }

  /** The same of all of a user's that there are at this moment. */
  revokeAll(request: RevokeAllRequest, onEnded: OnEnded = () => undefined): Promise<RevokeReply> {
    return this.#send({ revoked: { kind: 'all', request, until: this.#time.atMost() }, onEnded })
  }

  /** Tries once more what could not be sent. */
  async close(): Promise<void> {
    this.#closed = true
    this.#retry?.()
    await Promise.all(this.#unsent.splice(0).map((unsent) => this.#again(unsent).catch(() => undefined)))
  }

  async #send(unsent: Unsent): Promise<RevokeReply> {
    const { revoked } = unsent
    try {
      const reply =
        revoked.kind === 'some'
          ? await this.#store.revoke(revoked.request, this.#timeout)
          : await this.#store.revokeAll(revoked.request, this.#timeout)
      this.#ended(unsent, reply)
      return reply
    } catch (error) {
      this.#keep(unsent)
      throw error
    }
  }

  #ended({ onEnded }: Unsent, reply: RevokeReply): void {
    for (const sid of reply.sids) this.#activity.note({ kind: 'ended', sid })
    onEnded(reply)
  }

  #keep(unsent: Unsent): void {
    if (this.#closed) return
    this.#unsent.push(unsent)
    if (this.#unsent.length > MOST_UNSENT) this.#unsent.shift()
    this.#retry ??= this.#clock.schedule(this.#pause, () => void this.#sendAgain())
  }

  async #sendAgain(): Promise<void> {
    const failed: Unsent[] = []
    for (const unsent of this.#unsent.splice(0)) await this.#again(unsent).catch(() => failed.push(unsent))
    this.#unsent.unshift(...failed)
    this.#pause = failed.length === 0 ? FIRST_PAUSE_MS : Math.min(2 * this.#pause, LONGEST_PAUSE_MS)
    this.#retry = undefined
    if (this.#unsent.length > 0 && !this.#closed)
      this.#retry = this.#clock.schedule(this.#pause, () => void this.#sendAgain())
  }

  /** Whoever signed in again meanwhile is not signed out for it. */
  async #again(unsent: Unsent): Promise<void> {
    const { revoked } = unsent
    if (revoked.kind === 'some') return this.#ended(unsent, await this.#store.revoke(revoked.request, this.#timeout))
    const { request, until } = revoked
    const { tag, except, durability } = request
    const listed = await this.#store.list(tag, this.#timeout)
    const addresses = listed
      .filter(({ sid, created }) => sid !== except && created <= until)
      .map(({ sid }) => ({ kind: 'user' as const, tag, sid }))
    const reply = await this.#store.revoke({ addresses, durability }, this.#timeout)
    this.#ended(unsent, reply)
  }
}

const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 2000
/** Of an outage that is so long, the first ones are over by themselves. */
const MOST_UNSENT = 10_000
