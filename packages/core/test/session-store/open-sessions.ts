import { randomBytes } from 'node:crypto'
import type { StoreContext } from '../../src/backend.ts'
import { systemClock } from '../../src/clock.ts'
import { redis } from '../../src/redis/index.ts'
import type {
  CommitRequest,
  CreateRequest,
  FieldChange,
  LoadReply,
  LoadRequest,
  SessionAddress,
  SessionStore,
} from '../../src/session/session-store.ts'

export const HOUR = 3_600_000
export const NEVER = 8_640_000_000_000_000
export const TIMEOUT = 5000

let apps = 0

export function newContext(app = `sessions${process.pid}-${++apps}`): StoreContext {
  return { app, clock: systemClock() }
}

/** Sessions of an app of their own. */
export function openSessions(
  target: Parameters<typeof redis>[0],
  context: StoreContext = newContext(),
): { readonly store: SessionStore; readonly app: string } {
  const { sessions } = redis(target)
  if (sessions === undefined) throw new Error('Redis keeps no sessions')
  return { app: context.app, store: sessions(context, { namespace: 'web' }) }
}

export function word(): string {
  return randomBytes(12).toString('base64url')
}

export function ofUser(tag = word(), sid = word()): SessionAddress & { kind: 'user' } {
  return { kind: 'user', tag, sid }
}

export function sealed(): Uint8Array {
  return new Uint8Array(randomBytes(44))
}

export async function make(store: SessionStore, more: Partial<CreateRequest> = {}): Promise<CreateRequest> {
  const defaults = { fields: new Map(), idle: HOUR, absolute: NEVER, until: NEVER }
  const request = { address: ofUser(), verifier: word(), core: sealed(), ...defaults, ...more }
  const { kind } = await store.create(request, TIMEOUT)
  if (kind !== 'created') throw new Error(`The session was not created: ${kind}`)
  return request
}

export type Secret = Pick<LoadRequest, 'address' | 'verifier'>

export function load(
  store: SessionStore,
  { address, verifier }: Secret,
  more: Partial<LoadRequest> = {},
): Promise<LoadReply> {
  return store.load({ address, verifier, readOnly: false, grace: HOUR, ...more }, TIMEOUT)
}

function setting(field: string): FieldChange {
  return { field, bytes: sealed(), nonce: new Uint8Array(), onMismatch: 'refuse' }
}

/** A commit of one new field. */
export function committing({ address, verifier }: Secret, more: Partial<CommitRequest> = {}): CommitRequest {
  return { address, verifier, changes: [setting('a')], touch: true, grace: HOUR, until: NEVER, ...more }
}

export function rotating({ address, verifier }: Secret, nextVerifier = word()): Parameters<SessionStore['rotate']>[0] {
  return { address, verifier, nextVerifier, next: sealed(), grace: HOUR, until: NEVER }
}
