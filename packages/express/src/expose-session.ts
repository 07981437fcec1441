import { RedstartError, type Session, type Sessions } from '@redstart/core'
import type { SessionState } from '@redstart/core/http'
import type { Request } from 'express'

/** Where the session of a request is found. */
export interface Place<Data extends object> {
  readonly request: Request
  readonly as: string
  readonly sessions: Sessions<Data>
}

/** What is where, to know our own. */
const places = new WeakMap<Request, Map<string, object>>()

/**
 * True where the same sessions are there by another `session()` in front of this one.
 *
 * @throws RedstartError `INVALID_ARGUMENT` where something else is there, or they are there under another name.
 */
export function isThereAlready<Data extends object>({ request, as, sessions }: Place<Data>): boolean {
  const own = places.get(request)
  for (const [other, there] of own ?? []) if (there === sessions && other !== as) throw sameSessions(other, as)
  if (!(as in request)) return false
  if (own?.get(as) === sessions) return true
  throw new RedstartError(
    'INVALID_ARGUMENT',
    `req.${as} is there already, from other middleware or other sessions: take that away, or give session() another name with as`,
  )
}

/** The session itself. Whoever sets it to null, or deletes it, ends it. */
export function exposeLoaded<Data extends object>(place: Place<Data>, state: SessionState<Data>): void {
  const { request, as } = place
  let unset: { readonly value: null | undefined } | undefined
  const get = (): Session<Data> | null | undefined => {
    state.used = true
    return unset === undefined ? state.opened?.session : unset.value
  }
  const set = (value: unknown): void => {
    if (value === null || value === undefined) unset = { value }
    else if (unset !== undefined || value !== state.opened?.session) throw notAssignable(as)
  }
  state.isUnset = () => unset !== undefined || !Object.hasOwn(request, as)
  put(place, { get, set })
  if (as !== 'session') return
  Object.defineProperty(request, 'sessionID', { get: () => get()?.id, enumerable: true, configurable: true })
}

/** A function that loads it. */
export function exposeLazily<Data extends object>(place: Place<Data>, state: SessionState<Data>): void {
  const load = async (): Promise<Session<Data> | undefined> => {
    state.used = true
    return (await state.open()).session
  }
  const set = (): never => {
    throw notAssignable(place.as)
  }
  put(place, { get: () => load, set })
}

function put<Data extends object>({ request, as, sessions }: Place<Data>, accessor: PropertyDescriptor): void {
  const own = places.get(request) ?? new Map<string, object>()
  places.set(request, own.set(as, sessions))
  Object.defineProperty(request, as, { ...accessor, enumerable: true, configurable: true })
}

function sameSessions(there: string, as: string): RedstartError {
  return new RedstartError(
    'INVALID_ARGUMENT',
    `req.${as} would have the sessions of req.${there}: whoever is signed in to one would be to the other; make another instance, with sessions: { namespace: ... }`,
  )
}

function notAssignable(as: string): RedstartError {
  return new RedstartError(
    'INVALID_ARGUMENT',
    `req.${as} is not replaced: set its fields, as with Object.assign(req.${as}, { ... }); regenerate() begins anew, and null ends it`,
  )
}
