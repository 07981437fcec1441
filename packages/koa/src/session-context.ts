import type { Session, SessionData } from '@redstart/core'

/**
 * What `session()` adds to the context, for Koa's own type parameters. An application whose middleware is chained need not
 * say it, `new Koa().use(session(redstart))` knows; others do:
 *
 * ```ts
 * const app = new Koa<DefaultState, SessionContext<Fields>>()
 * const router = new Router<DefaultState, SessionContext<Fields>>()
 * ```
 *
 * @typeParam Data what the application keeps in its sessions.
 */
export interface SessionContext<Data extends object = SessionData> {
  /** The data are its own properties. */
  get session(): Session<Data>
  /** Null ends the session, as `destroy()` does; nothing else may be assigned. */
  set session(nothing: Session<Data> | null)
}

/** The same with `load: 'lazy'`. */
export interface LazySessionContext<Data extends object = SessionData> {
  /** Loads it, once. */
  readonly session: () => Promise<Session<Data>>
}
