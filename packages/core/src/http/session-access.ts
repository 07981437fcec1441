import { RedstartError } from '../errors.ts'
import type { Session } from '../session/session-object.ts'
import type { Sessions } from '../session/sessions.ts'

/** What `session(...)` of an adapter is given. */
export type SessionsSource<Data extends object> = Sessions<Data> | { readonly sessions: Sessions<Data> }

/**
 * The sessions of an instance, or those that are given themselves.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for anything else.
 */
export function sessionsFrom<Data extends object>(from: SessionsSource<Data>): Sessions<Data> {
  if (typeof from === 'object' && from !== null) {
    const sessions = 'sessions' in from ? from.sessions : from
    if (typeof sessions.open === 'function') return sessions
  }
  throw new RedstartError('INVALID_ARGUMENT', 'session() takes what createRedstart() returns, or its sessions')
}

/**
 * Refuses an option that `session(...)` of an adapter does not have: one of other middleware would be ignored in silence.
 *
 * @throws RedstartError `INVALID_ARGUMENT`.
 */
export function checkSessionOptions(options: object, known: ReadonlySet<string>): void {
  for (const option of Object.keys(options)) {
    if (known.has(option)) continue
    throw new RedstartError(
      'INVALID_ARGUMENT',
      `session() has no option ${JSON.stringify(option)}; expected one of ${[...known].join(', ')}: how sessions are kept is said to createRedstart({ sessions, keys })`,
    )
  }
}

/** Where a middleware has put a session. */
export interface SessionPlace {
  /** What the framework gives handlers. */
  readonly object: object
  /** What people call it, for errors: `the request`, `the context`. */
  readonly called: string
  /** The name of the property. */
  readonly as: string
}

/**
 * The session that a middleware put on what its framework gives handlers, typed by hand.
 *
 * @throws TypeError without the middleware, after `destroy()`, and where it is loaded lazily.
 */
export function sessionOn<Data extends object>({ object, called, as }: SessionPlace): Session<Data> {
  const found: unknown = Reflect.get(object, as)
  if (typeof found !== 'object' || found === null)
    throw new TypeError(`${called} has no ${as}: is session(redstart) used before this handler, and loaded eagerly?`)
  // What the middleware put there; its data are what the application says they are.
  return found as Session<Data>
}

/**
 * The same, loaded now where that was left to the handler.
 *
 * @throws TypeError without the middleware and after `destroy()`; RedstartError what the store rejects with.
 */
export async function loadSessionOn<Data extends object & { readonly then?: never }>(
  place: SessionPlace,
): Promise<Session<Data>> {
  const { object, called, as } = place
  const found: unknown = Reflect.get(object, as)
  if (typeof found !== 'function') return sessionOn<Data>(place)
  const loaded: unknown = await Reflect.apply(found, object, [])
  if (typeof loaded !== 'object' || loaded === null) throw new TypeError(`the ${as} of ${called} was destroyed`)
  // As above.
  return loaded as Session<Data>
}
