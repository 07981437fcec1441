import { type Duration, milliseconds } from '../duration.ts'
import type { ActiveSession } from './active-session.ts'
import type { RedstartError } from '../errors.ts'
import { requireFresh, requireRole, requireUser } from './authority.ts'
import { ClassicSession } from './classic-session.ts'
import { csrfToken, isCsrfToken } from './csrf.ts'
import { extend } from './extension.ts'
import { type DeviceSession, UserSessions } from './user-sessions.ts'
import { addFlash, peekFlash, takeFlash } from './flash.ts'
import { reserveNames } from './reserved-names.ts'
import { rotate } from './rotation.ts'
import type { SessionData } from './settings.ts'
import { checkSignIn, type ElevateOptions, type LogInOptions } from './log-in-options.ts'
import { signIn } from './sign-in.ts'
import { signOut } from './sign-out.ts'
import { presentedBy } from './token.ts'
import { updateField } from './update.ts'
import { checkUserId } from './user-id.ts'

/** A session: its data are its own properties, and everything else is a method that no enumeration shows. */
export type Session<Data extends object = SessionData> = SessionObject & Partial<Data>

/** What a session can do. Each of its names is refused as the name of a data field. */
export class SessionObject extends ClassicSession {
  readonly #active: ActiveSession

  constructor(active: ActiveSession) {
    super(active)
    this.#active = active
  }

  /** Who is signed in; undefined for nobody. */
  get userId(): string | undefined {
    return this.#active.live?.core.userId
  }

  /**
   * Signs a user in: a new id and a new secret, so that nothing that was known of the session before is worth anything. A
   * visitor's data stay, but for what belongs to the log-in itself; another user's do not.
   *
   * @param userId text of at most 256 bytes, or a whole number.
   * @throws RedstartError `INVALID_ARGUMENT`, `SESSION_LIMIT`, `STORE_TIMEOUT`, `STORE_UNAVAILABLE` or `STORE_FAILED`;
   *   nobody is signed in then.
   */
  login(userId: string | number, options: LogInOptions = {}): Promise<void> {
    return this.#active.steps.run(async () => {
      checkSignIn('login', options)
      await signIn(this.#active, checkUserId(userId), options)
    })
  }

  /**
   * Notes that the user has proved anew who they are, with a new id and a new secret.
   *
   * @throws RedstartError `NOT_SIGNED_IN`, or as with {@link SessionObject.login}.
   */
  elevate(options: ElevateOptions = {}): Promise<void> {
    return this.#active.steps.run(async () => {
      checkSignIn('elevate', options)
      await signIn(this.#active, requireUser(this.#active), { renews: true, ...options })
    })
  }

  /**
   * Ends the session, everywhere and for good, and clears the cookie.
   *
   * @throws RedstartError where the backend could not be told. The cookie is cleared all the same, and the backend is told
   *   as soon as it answers.
   */
  logout(): Promise<void> {
    const active = this.#active
    const end = async (outage?: RedstartError): Promise<void> => {
      active.view?.show([])
      await signOut(active, 'logout', outage)
    }
    return active.steps.run(end, end)
  }

  /** Gives the session a new secret; requests under way go on with the one before for as long as `grace` says. */
  rotate(): Promise<void> {
    return this.#active.steps.run(() => rotate(this.#active))
  }

  /**
   * Gives the session another idle time, from now on: it ends when it is not used for so long, and at its absolute end in
   * any case. A session of nobody is stored for it.
   *
   * @param idle milliseconds, or text such as `'2h'`.
   * @throws RedstartError `INVALID_ARGUMENT`, or what the store rejects with.
   */
  extend(idle: Duration): Promise<void> {
    const active = this.#active
    return active.steps.run(async () => extend(active, milliseconds(idle, 'the idle time of extend()', 1)))
  }

  /**
   * Changes one field by what is stored at that moment, so that of concurrent changes none is lost.
   *
   * @param change gets the stored value, or undefined; it may be called several times.
   * @returns what was stored.
   * @throws RedstartError `SESSION_CONFLICT`, `LOAD_TIMEOUT`, `INVALID_ARGUMENT`, `UNSUPPORTED_VALUE`, `VALUE_TOO_LARGE`,
   *   or what the store rejects with.
   */
  update<Field extends string & keyof this>(
    field: Field,
    change: (value: this[Field] | undefined) => this[Field] | undefined | Promise<this[Field] | undefined>,
  ): Promise<this[Field] | undefined> {
    // What is stored under a name is of that name's type, as far as the types of data say anything.
    const own = (value: unknown): unknown => change(value as this[Field] | undefined)
    return this.#active.steps.follow(this.#update(field, own)) as Promise<this[Field] | undefined>
  }

  /** Keeps a message for the next request that takes it. */
  addFlash(kind: string, message: unknown): void {
    addFlash(this.#active, kind, message)
  }

  /** Messages of a kind, which are gone with it. */
  takeFlash(kind: string): readonly unknown[] {
    return takeFlash(this.#active, kind)
  }

  /** The same, left for whoever takes them: for a page that is only read, which may be one that is fetched beforehand. */
  peekFlash(kind: string): readonly unknown[] {
    return peekFlash(this.#active, kind)
  }

  /** A token for forms, another text at each call; those from before a log-in are worth nothing after it. */
  issueCsrfToken(): string {
    this.#active.want()
    return csrfToken(this.#active)
  }

  /** Whether a text is a token of this session. */
  verifyCsrfToken(token: unknown): boolean {
    return isCsrfToken(this.#active, token)
  }

  /** @throws RedstartError `NOT_SIGNED_IN`. */
  requireUser(): string {
    return requireUser(this.#active)
  }

  /** @throws RedstartError `NOT_SIGNED_IN`, or `FORBIDDEN` without one of the roles. */
  requireRole(...roles: readonly string[]): void {
    requireRole(this.#active, roles)
  }

  /**
   * Asks for a log-in that is no longer ago.
   *
   * @throws RedstartError `NOT_SIGNED_IN`, or `NOT_FRESH`.
   */
  requireFresh(within: Duration): void {
    requireFresh(this.#active, within)
  }

  /** Whether the user has a role. */
  hasRole(role: string): boolean {
    return this.#active.live?.core.roles.includes(role) === true
  }

  /** The user's sessions, this one marked. @throws RedstartError `NOT_SIGNED_IN`, or what the store rejects with. */
  async devices(): Promise<readonly DeviceSession[]> {
    return this.#user().list(this.id)
  }

  /** Ends all other sessions of the user; returns how many. */
  async revokeOthers(): Promise<number> {
    return this.#user().revokeOthers(this.id)
  }

  /**
   * Tells when this session is ended, by whomever, or has run out: for streams that stay open. Word of a revocation comes
   * at once as a rule, and of the rest within half a minute.
   *
   * @returns how to stop.
   */
  onRevoked(listener: () => void): () => void {
    const { live, engine } = this.#active
    if (live === undefined) return () => undefined
    return engine.watching.watch({ presented: presentedBy(live.token), onEnded: listener })
  }

  async #update(field: string, change: (value: unknown) => unknown): Promise<unknown> {
    const value = await updateField(this.#active, field, change)
    this.#active.view?.put(field, value)
    return value
  }

  #user(): UserSessions {
    return new UserSessions(this.#active.engine, requireUser(this.#active))
  }
}

reserveNames(SessionObject.prototype)
