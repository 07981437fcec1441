import type { ActiveSession } from './active-session.ts'

/** What classic middleware reads and sets of a cookie. Its attributes are for the adapter to say. */
export class SessionCookie {
  readonly #active: ActiveSession

  constructor(active: ActiveSession) {
    this.#active = active
    // What else is set here would be ignored.
    Object.freeze(this)
  }

  /** Milliseconds that are left of a session that outlives the browser; null for one that does not. */
  get maxAge(): number | null {
    const { wantedAge, engine } = this.#active
    const { expires } = this
    if (expires === null) return typeof wantedAge === 'number' ? wantedAge : null
    return Math.max(0, expires.getTime() - engine.time.atLeast())
  }

  /**
   * How long the session lives that this request begins, by a log-in or by the first data of a visitor, whether it is said
   * before or after that. One from an earlier request stays as it is: only a log-in makes it live longer.
   */
  set maxAge(milliseconds: number | null | undefined) {
    const given = typeof milliseconds === 'number' && Number.isFinite(milliseconds) && milliseconds >= 1
    this.#active.wantedAge = given ? Math.floor(milliseconds) : null
  }

  /** The same as {@link SessionCookie.maxAge}. */
  get originalMaxAge(): number | null {
    return this.maxAge
  }

  /** When a session ends that outlives the browser; null for one that does not, and for one that has not begun. */
  get expires(): Date | null {
    const { live, wantedAge, isAgeDue } = this.#active
    if (live === undefined || isAgeDue) return wantedAge instanceof Date ? new Date(wantedAge.getTime()) : null
    return live.core.remember ? new Date(live.core.absolute) : null
  }

  /** The same as setting {@link SessionCookie.maxAge}, as an instant; null or false: as long as the browser is open. */
  set expires(instant: Date | null | false | undefined) {
    const given = instant instanceof Date && Number.isFinite(instant.getTime())
    this.#active.wantedAge = given ? new Date(instant.getTime()) : null
  }
}
