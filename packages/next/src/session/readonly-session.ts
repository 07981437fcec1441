import { type DeviceSession, RedstartError, type Session, type SessionData, type SessionObject } from '@redstart/core'

/** A session that can be looked at: its data are its own properties, and nothing of them can be set. */
export type ReadonlySession<Data extends object = SessionData> = SessionFacts & Unwritable<Partial<Data>>

/** What is known of a session beside its data. */
export interface SessionFacts {
  /** Who is signed in; undefined for nobody. */
  readonly userId: string | undefined
  /** @throws RedstartError `NOT_SIGNED_IN`. */
  requireUser(): string
  /** Whether the user has a role. */
  hasRole(role: string): boolean
  /** @throws RedstartError `NOT_SIGNED_IN`, or `FORBIDDEN` without one of the roles. */
  requireRole(...roles: readonly string[]): void
  /** @throws RedstartError `NOT_SIGNED_IN`, or `NOT_FRESH` where the last log-in is longer ago. */
  requireFresh(within: Parameters<SessionObject['requireFresh']>[0]): void
  /** Messages of a kind, which stay for whoever takes them. */
  peekFlash(kind: string): readonly unknown[]
  /** The user's sessions, this one marked. @throws RedstartError `NOT_SIGNED_IN`, or what the store rejects with. */
  devices(): Promise<readonly DeviceSession[]>
}

/** The same all the way down. */
export type Unwritable<Value> = Value extends Opaque
  ? Value
  : Value extends object
    ? { readonly [Name in keyof Value]: Unwritable<Value[Name]> }
    : Value

type Opaque =
  | ((...given: never[]) => unknown)
  | Date
  | RegExp
  | ArrayBufferView
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>

/**
 * A session as it is now. A value is copied when it is first read, and the copy is frozen: what a page does with it
 * reaches nobody else.
 *
 * @param session undefined where it was ended.
 */
export function shownSession<Data extends object>(session: Session<Data> | undefined): ReadonlySession<Data> {
  const shown = Object.create(factsOf(session)) as object // It has no type of its own.
  for (const name of Object.keys(session ?? {})) Object.defineProperty(shown, name, copied(session, name))
  // The properties are those of the session.
  return new Proxy(shown, REFUSING) as ReadonlySession<Data>
}

/** @throws RedstartError `READ_ONLY`. */
export function refuseChange(): never {
  throw new RedstartError(
    'READ_ONLY',
    'The session is only read here: change it with updateSession() in a server action or a route handler, or with withSession()',
  )
}

function factsOf(session: SessionObject | undefined): SessionFacts {
  const nobody = (): never => {
    throw new RedstartError('NOT_SIGNED_IN', 'Nobody is signed in: the session was ended in this request')
  }
  const facts: SessionFacts = {
    userId: session?.userId,
    requireUser: () => session?.requireUser() ?? nobody(),
    hasRole: (role) => session?.hasRole(role) === true,
    requireRole: (...roles) => (session === undefined ? nobody() : session.requireRole(...roles)),
    requireFresh: (within) => (session === undefined ? nobody() : session.requireFresh(within)),
    peekFlash: (kind) => session?.peekFlash(kind) ?? [],
    devices: async () => (await session?.devices()) ?? nobody(),
  }
  return Object.freeze(facts)
}

function copied(session: object | undefined, name: string): PropertyDescriptor {
  let read: { readonly value: unknown } | undefined
  const get = (): unknown => {
    read ??= { value: frozen(structuredClone(session && Reflect.get(session, name))) }
    return read.value
  }
  return { get, enumerable: true, configurable: true }
}

function frozen<Value>(value: Value): Value {
  // Of a view of bytes nothing can be frozen.
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || Object.isFrozen(value)) return value
  Object.freeze(value)
  for (const part of Object.values(value)) frozen(part)
  return value
}

const REFUSING: ProxyHandler<object> = {
  set: refuseChange,
  defineProperty: refuseChange,
  deleteProperty: refuseChange,
  setPrototypeOf: refuseChange,
  preventExtensions: refuseChange,
}
