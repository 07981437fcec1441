import type { Claimed, ClaimRequest, ReleaseRequest } from '../cache/claim-store.ts'

interface Claim {
  /** Undefined in the pause after a failure, `OPEN` where nobody need hold it. */
  readonly token: string | typeof OPEN | undefined
  readonly ends: number
  readonly failures: number
  readonly forgotten: number
}

/** In place of a holder. */
const OPEN = Symbol('open')
/** How much longer than a claim the failures before it are remembered. */
const MEMORY_MS = 60_000
/** Above it those that are over leave, and then the oldest. */
const MOST_CLAIMS = 10_000

/** Who loads what, among the instances over one memory backend. */
export class MemoryClaims {
  readonly #claims = new Map<string, Claim>()

  claim({ path, token, ttl, patient }: ClaimRequest, now: number): Claimed {
    const there = this.#at(path, now)
    const paused = there?.token === undefined
    if (there?.token === OPEN && now < there.ends && !patient) return { granted: 'open' }
    const held = there?.token !== OPEN
    if (held && there !== undefined && now < there.ends && there.token !== token && (!paused || patient))
      return { granted: false, remaining: there.ends - now, paused }
    const failures = there?.failures ?? 0
    this.#keep(path, token, now, ttl, failures)
    return { granted: true, failures }
  }

  release({ path, token, pause, open = 0 }: ReleaseRequest, now: number): void {
    const there = this.#at(path, now)
    if (there?.token !== token) return
    if (pause > 0) this.#keep(path, undefined, now, pause, there.failures + 1)
    else if (open > 0) this.#keep(path, OPEN, now, open, 0)
    else this.#claims.delete(path)
  }

  #at(path: string, now: number): Claim | undefined {
    const claim = this.#claims.get(path)
    return claim !== undefined && now < claim.forgotten ? claim : undefined
  }

  #keep(path: string, token: Claim['token'], now: number, ttl: number, failures: number): void {
    const ends = now + ttl
    this.#claims.delete(path)
    this.#claims.set(path, { token, ends, failures, forgotten: ends + (failures > 0 ? MEMORY_MS : 0) })
    if (this.#claims.size > MOST_CLAIMS) this.#prune(now)
  }

  #prune(now: number): void {
    for (const [path, { forgotten }] of this.#claims) if (forgotten <= now) this.#claims.delete(path)
    for (const path of this.#claims.keys()) {
      if (this.#claims.size <= MOST_CLAIMS / 2) return
      this.#claims.delete(path)
    }
  }
}
