import { randomBytes } from 'node:crypto'
import type { Cancel, Clock } from '../clock.ts'
import { RedstartError } from '../errors.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import type { Background } from './background.ts'
import type { Budget } from './budget.ts'
import type { WaitUntil } from './call-options.ts'
import type { Claimed, ClaimStore } from './claim-store.ts'

/** How long a claim outlives its holder. */
const CLAIM_MS = 10_000
/** For how long nobody waits for others after a load of which they find nothing: those who wait now look within 100 ms. */
const OPEN_MS = 1000

export interface ClaimsOptions {
  readonly store: ClaimStore
  readonly clock: Clock
  readonly telemetry: Telemetry
  readonly background: Background
  /** Milliseconds that one call to the backend may take. */
  readonly deadline: number
}

/** A path whose load is this process's, until it is ended. */
export interface Claim {
  readonly granted: true
  /** How many holders before have failed in a row. */
  readonly failures: number
  /**
   * Lets others have it. Nobody waits for it.
   *
   * @param waitUntil in place of the instance's own.
   */
  end(outcome: ClaimOutcome, waitUntil: WaitUntil | undefined): void
}

/** What came of the load that was claimed. */
export interface ClaimOutcome {
  /** Milliseconds for which nobody should refresh, because the load failed. @default 0 */
  readonly pause?: number
  /** Others find nothing of it, so that they need not wait for each other either. @default false */
  readonly fruitless?: boolean
}

export type Refusal = Extract<Claimed, { readonly granted: false }>

/** Claims paths, so that of all processes one loads. */
export class Claims {
  readonly #options: ClaimsOptions

  constructor(options: ClaimsOptions) {
    this.#options = options
  }

  /**
   * Claims a path; undefined to load without a claim: the backend does not say, or the last holder's value was not stored.
   *
   * @param patient a pause after a failed load refuses, too.
   */
  async take(path: string, patient: boolean, budget: Budget): Promise<Claim | Refusal | undefined> {
    const { store } = this.#options
    const token = randomBytes(16).toString('hex')
    try {
      const claimed = await budget.use((timeout) =>
        store.claim({ path, token, ttl: CLAIM_MS, patient }, Math.max(1, timeout)),
      )
      if (claimed.granted === 'open') return undefined
      return claimed.granted ? this.#hold(path, token, claimed.failures) : claimed
    } catch (error) {
      this.#failed(error)
      // It may have been granted all the same.
      this.#release(path, token, {}, undefined)
      return undefined
    }
  }

  #hold(path: string, token: string, failures: number): Claim {
    const cancel = this.#keep(path, token)
    return {
      granted: true,
      failures,
      end: (outcome, waitUntil) => {
        cancel()
        this.#release(path, token, outcome, waitUntil)
      },
    }
  }

  /** Renews a claim every third of its time. */
  #keep(path: string, token: string): Cancel {
    const { store, clock, deadline } = this.#options
    let held = true
    let cancel: Cancel = () => undefined
    const renew = async (): Promise<void> => {
      const claimed = await store
        .claim({ path, token, ttl: CLAIM_MS, patient: false }, deadline)
        .catch(() => ({ granted: true }))
      // Somebody else's by now: the load goes on, and what it stores is as good as any.
      if (held && claimed.granted) wait()
    }
    const wait = (): void => {
      cancel = clock.schedule(CLAIM_MS / 3, () => void renew())
    }
    wait()
    return () => {
      held = false
      cancel()
    }
  }

  #release(path: string, token: string, outcome: ClaimOutcome, waitUntil: WaitUntil | undefined): void {
    const { store, background, deadline } = this.#options
    const { pause = 0, fruitless = false } = outcome
    const open = fruitless ? OPEN_MS : 0
    background.add(store.release({ path, token, pause, open }, deadline), waitUntil)
  }

  #failed(error: unknown): void {
    if (!RedstartError.is(error) || error.code === 'CLOSED') throw error
    this.#options.telemetry.emit({ type: 'store.error', operation: 'claim', code: error.code, error })
  }
}
