import type { ActiveSession } from './active-session.ts'

/** What classic middleware reads and sets of a cookie. Its attributes are for the adapter to say. */
export class SessionCookie {
  readonly #active: ActiveSession

  constructor(active: ActiveSession) {
    this.#active = active
  }

  /** Milliseconds that are left of a session that outlives the browser; null for one that does not. */
  get maxAge(): number | null {
    const { live, wantedAge, engine } = this.#active
    if (live === undefined) return wantedAge ?? null
    return live.core.remember ? Math.max(0, live.core.absolute - engine.time.atLeast()) : null
  }

  /** How long the session that is begun next shall live, by a log-in or by the first data of a visitor. */
  set maxAge(milliseconds: number | null | undefined) {
    const given = typeof milliseconds === 'number' && Number.isFinite(milliseconds) && milliseconds > 0
    this.#active.wantedAge = given ? milliseconds : undefined
  }

  get originalMaxAge(): number | null {
    return this.maxAge
  }
}
