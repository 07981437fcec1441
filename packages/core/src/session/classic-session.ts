import type { RedstartError } from '../errors.ts'
import type { ActiveSession } from './active-session.ts'
import { commit } from './commit.ts'
import { reload } from './reloading.ts'
import { SessionCookie } from './session-cookie.ts'
import { signOut } from './sign-out.ts'

/** A callback of the kind that libraries for Express give. */
type Done = (error?: unknown) => void

/** What libraries for express-session call. */
export class ClassicSession {
  readonly #active: ActiveSession

  constructor(active: ActiveSession) {
    this.#active = active
  }

  /** Names the session for as long as it lives; no secret. A new one comes with a log-in. */
  get id(): string {
    return this.#active.sid ?? this.#active.plan().address.sid
  }

  /** The cookie, as classic middleware knows it. */
  get cookie(): SessionCookie {
    return new SessionCookie(this.#active)
  }

  /** Stores now what else is stored before the response: for what must be there before something else begins. */
  save(done?: Done): Promise<void> {
    return told(
      this.#active.steps.run(() => commit(this.#active)),
      done,
    )
  }

  /** Begins anew, with nothing: for libraries that say so before a log-in and after a log-out. */
  regenerate(done?: Done): Promise<void> {
    this.#active.regenerate()
    return told(Promise.resolve(), done)
  }

  /** The same as `logout()`; nothing is stored afterwards. */
  destroy(done?: Done): Promise<void> {
    const active = this.#active
    active.destroyed = true
    active.view?.show([])
    const end = async (outage?: RedstartError): Promise<void> => void (await signOut(active, 'logout', outage))
    return told(active.steps.run(end, end), done)
  }

  /**
   * Reads the session anew; what was changed since it was read is lost.
   *
   * @throws RedstartError `SESSION_CONFLICT` where it has ended meanwhile, or what the store rejects with.
   */
  reload(done?: Done): Promise<void> {
    return told(
      this.#active.steps.run(() => reload(this.#active)),
      done,
    )
  }

  /** A use is noted when a session is loaded, so this does nothing; libraries call it. */
  touch(): this {
    return this
  }

  /** The same. */
  resetMaxAge(): this {
    return this
  }
}

/** A promise, or a callback; with a callback nobody looks at the promise. */
function told(promise: Promise<void>, done: Done | undefined): Promise<void> {
  if (done === undefined) return promise
  return promise.then(
    () => done(),
    (error: unknown) => done(error),
  )
}
