import type { Cancel, Clock } from '../clock.ts'
import { invalidArgument } from '../errors.ts'

/** A permit that is held: give it back with `release()`, or with `await using`. */
export interface Permit extends AsyncDisposable {
  /** Aborts when the permit has run out all the same, as after a long outage: what it was for should end. */
  readonly signal: AbortSignal
  /** Gives it back; a second time nothing. Does not reject where the backend does not answer: then it runs out. */
  release(): Promise<void>
}

/** What a permit is held with. */
export interface Holding {
  readonly clock: Clock
  /** Milliseconds for which it is good. */
  readonly lease: number
  /** Holds on to it; false where it has run out. Rejects where nobody knows. */
  readonly renew: () => Promise<boolean>
  readonly release: () => Promise<void>
  readonly onLost: () => void
}

/** It is renewed so many times within its lease. */
const RENEWALS = 3

export class HeldPermit implements Permit {
  readonly #holding: Holding
  readonly #abort = new AbortController()
  #timer: Cancel | undefined
  /** Own instant until which it is good for certain. */
  #until: number
  #released: Promise<void> | undefined

  constructor(holding: Holding) {
    this.#holding = holding
    this.#until = holding.clock.now() + holding.lease
    this.#schedule()
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  release(): Promise<void> {
    this.#timer?.()
    // One that was lost is another's by now.
    this.#released ??= this.#abort.signal.aborted ? Promise.resolve() : this.#holding.release()
    return this.#released
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release()
  }

  #schedule(): void {
    const { clock, lease } = this.#holding
    this.#timer = clock.schedule(lease / RENEWALS, () => void this.#renew())
  }

  async #renew(): Promise<void> {
    const { clock, lease, renew, onLost } = this.#holding
    const asked = clock.now()
    // Unknown counts as not renewed: it is good until its end.
    const renewed = await renew().catch(() => undefined)
    if (this.#released !== undefined) return
    if (renewed === true) this.#until = asked + lease
    if (renewed !== false && clock.now() < this.#until) return this.#schedule()
    this.#abort.abort(new DOMException('The permit ran out while it was held', 'AbortError'))
    onLost()
  }
}

/** Ends with a signal, too. */
export function releaseOn(permit: Permit, signal: AbortSignal | undefined): Permit {
  if (signal === undefined) return permit
  if (!(signal instanceof AbortSignal)) throw invalidArgument('signal', signal, 'an AbortSignal')
  const release = (): void => void permit.release()
  if (signal.aborted) release()
  signal.addEventListener('abort', release, { once: true })
  permit.signal.addEventListener('abort', () => signal.removeEventListener('abort', release), { once: true })
  return {
    signal: permit.signal,
    release: () => {
      signal.removeEventListener('abort', release)
      return permit.release()
    },
    [Symbol.asyncDispose]: () => {
      signal.removeEventListener('abort', release)
      return permit.release()
    },
  }
}
