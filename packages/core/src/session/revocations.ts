import type { Cancel, Clock } from '../clock.ts'
import type { Revocation, RevokeAllRequest, RevokeReply, RevokeRequest, SessionStore } from './session-store.ts'

/** A session that somebody wants to know the end of. */
interface Watched {
  readonly tag: string | undefined
  readonly sid: string
  readonly onRevoked: () => void
}

type Unsent =
  | { readonly kind: 'some'; readonly request: RevokeRequest }
  | { readonly kind: 'all'; readonly request: RevokeAllRequest }

/**
 * Ends sessions, again and again where the backend cannot be told, and tells whoever holds a stream open for one of them.
 * Nothing is cached of a session from one request to the next, so that a revocation holds at once everywhere.
 */
export class Revocations {
  readonly #store: SessionStore
  readonly #clock: Clock
  readonly #timeout: number
  readonly #watched = new Set<Watched>()
  #unsent: Unsent[] = []
  #retry: Cancel | undefined
  #pause = FIRST_PAUSE_MS
  #unsubscribe: (() => void) | undefined
  #closed = false

  constructor(store: SessionStore, clock: Clock, timeout: number) {
    this.#store = store
    this.#clock = clock
    this.#timeout = timeout
  }

  /** Ends some; where that fails the caller is told, and it is tried again until it is done. */
  revoke(request: RevokeRequest): Promise<RevokeReply> {
    return this.#send({ kind: 'some', request })
  }

  /** The same of all of a user's. */
  revokeAll(request: RevokeAllRequest): Promise<RevokeReply> {
    return this.#send({ kind: 'all', request })
  }

  /** Tells when a session is revoked, by any process; returns how to stop. */
  watch(watched: Watched): () => void {
    const own = { ...watched }
    this.#watched.add(own)
    this.#unsubscribe ??= this.#store.subscribe((revocation) => this.#tell(revocation))
    return () => {
      this.#watched.delete(own)
      if (this.#watched.size > 0) return
      this.#unsubscribe?.()
      this.#unsubscribe = undefined
    }
  }

  close(): void {
    this.#closed = true
    this.#retry?.()
    this.#unsubscribe?.()
    this.#watched.clear()
  }

  async #send(unsent: Unsent): Promise<RevokeReply> {
    try {
      return await this.#attempt(unsent)
    } catch (error) {
      this.#keep(unsent)
      throw error
    }
  }

  #attempt(unsent: Unsent): Promise<RevokeReply> {
    return unsent.kind === 'some'
      ? this.#store.revoke(unsent.request, this.#timeout)
      : this.#store.revokeAll(unsent.request, this.#timeout)
  }

  #keep(unsent: Unsent): void {
    if (this.#closed) return
    this.#unsent.push(unsent)
    if (this.#unsent.length > MOST_UNSENT) this.#unsent.shift()
    this.#retry ??= this.#clock.schedule(this.#pause, () => void this.#sendAgain())
  }

  async #sendAgain(): Promise<void> {
    this.#retry = undefined
    const unsent = this.#unsent
    this.#unsent = []
    for (const one of unsent) await this.#attempt(one).catch(() => this.#unsent.push(one))
    const done = this.#unsent.length === 0
    this.#pause = done ? FIRST_PAUSE_MS : Math.min(2 * this.#pause, LONGEST_PAUSE_MS)
    if (!done && !this.#closed) this.#retry = this.#clock.schedule(this.#pause, () => void this.#sendAgain())
  }

  #tell(revocation: Revocation): void {
    for (const watched of this.#watched) {
      if (!isMeant(watched, revocation)) continue
      this.#watched.delete(watched)
      queueMicrotask(watched.onRevoked)
    }
  }
}

const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 30_000
/** Of an outage that is so long, the first ones are over by themselves. */
const MOST_UNSENT = 10_000

function isMeant({ tag, sid }: Watched, { tag: ofTag, sids, except }: Revocation): boolean {
  if (sids !== undefined) return sids.includes(sid)
  return tag !== undefined && tag === ofTag && sid !== except
}
