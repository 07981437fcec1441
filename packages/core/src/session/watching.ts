import type { Cancel, Clock } from '../clock.ts'
import type { Presented, Revocation, SessionStore } from './session-store.ts'

/** A session that somebody wants to know the end of. */
export interface Watched {
  readonly presented: Presented
  readonly onEnded: () => void
}

interface Watch extends Watched {
  next: Cancel | undefined
}

/**
 * Tells whoever holds a stream open for a session when it ends. Word of a revocation comes at once; as it may be lost, or
 * may have come before anybody listened, and as nobody tells that a session runs out, it is asked about as well.
 */
export class Watching {
  readonly #store: SessionStore
  readonly #clock: Clock
  readonly #timeout: number
  readonly #watches = new Set<Watch>()
  #unsubscribe: (() => void) | undefined

  constructor(store: SessionStore, clock: Clock, timeout: number) {
    this.#store = store
    this.#clock = clock
    this.#timeout = timeout
  }

  /** Returns how to stop. */
  watch(watched: Watched): () => void {
    const own: Watch = { next: undefined, ...watched }
    this.#watches.add(own)
    this.#unsubscribe ??= this.#store.subscribe((revocation) => this.#heard(revocation))
    this.#askIn(own, FIRST_MS)
    return () => this.#forget(own)
  }

  close(): void {
    for (const watch of this.#watches) this.#forget(watch)
  }

  #heard(revocation: Revocation): void {
    for (const watch of this.#watches) if (isMeant(watch, revocation)) this.#tell(watch)
  }

  #askIn(watch: Watch, ms: number): void {
    watch.next = this.#clock.schedule(ms, () => void this.#ask(watch))
  }

  async #ask(watch: Watch): Promise<void> {
    const { address, verifier } = watch.presented
    const request = { address, verifier, readOnly: true, grace: 0 }
    const ended = await this.#store.load(request, this.#timeout).then(
      // Its secret may have been replaced since.
      ({ kind }) => kind !== 'loaded' && kind !== 'reuse',
      () => false,
    )
    if (!this.#watches.has(watch)) return
    if (ended) this.#tell(watch)
    else this.#askIn(watch, EVERY_MS)
  }

  #tell(watch: Watch): void {
    this.#forget(watch)
    queueMicrotask(watch.onEnded)
  }

  #forget(watch: Watch): void {
    this.#watches.delete(watch)
    watch.next?.()
    if (this.#watches.size > 0) return
    this.#unsubscribe?.()
    this.#unsubscribe = undefined
  }
}

/** By then whoever listens is heard. */
const FIRST_MS = 1000
const EVERY_MS = 30_000

function isMeant({ presented: { address } }: Watch, { tag, sids, except }: Revocation): boolean {
  if (sids !== undefined) return sids.includes(address.sid)
  return address.kind === 'user' && tag === address.tag && address.sid !== except
}
