import { Buffer } from 'node:buffer'
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { RedstartError } from '../errors.ts'
import { decodeText } from '../wire/text.ts'
import type { Client } from './client.ts'
import { cookieOf } from './cookie-change.ts'
import { createRecord, type NewRecord } from './creation.ts'
import type { SessionEngine } from './engine.ts'
import { isFieldName } from './field-names.ts'
import type { FormerStore } from './former-store.ts'
import type { Live } from './live.ts'
import type { Opening } from './opening.ts'
import { fieldPayload } from './sealed.ts'
import type { ImportSettings } from './settings.ts'
import { checkUserId } from './user-id.ts'

/**
 * Makes a session of what express-session keeps in Redis under the cookie that it signed. It is taken from there once the
 * new session is stored, so that nothing is lost where that fails; who comes at the same moment with the same cookie finds
 * nothing, and keeps its cookie.
 *
 * @param values of the cookie of express-session, as they were sent.
 * @param isReserved whether a name is one of the session itself.
 * @returns undefined where no value was made with one of the secrets.
 * @throws RedstartError what the store rejects with, or `INVALID_ARGUMENT` for what cannot name a user; or what `identify`
 *   throws.
 */
export async function importSession(
  engine: SessionEngine,
  values: readonly string[],
  client: Client,
  isReserved: (field: string) => boolean,
): Promise<Opening | undefined> {
  const { store, settings: all } = engine
  const settings = all.import
  if (settings === undefined || store.former === undefined) return undefined
  const ids = idsIn(values, settings)
  const [id] = ids
  if (id === undefined || ids.length > 1) return undefined
  const key = settings.prefix + id
  if (engine.importPauses.isPausing(key)) return WAITING
  const bytes = await store.former.read(key, all.deadline)
  const old = bytes && dataIn(bytes)
  if (old === undefined) return nothing(engine)
  const made = recordOf(engine, old, isReserved)
  // Others would make sessions of it as well, and end some that the user has, before one of them had it.
  const claim = {
    client: createHash('sha256').update(key).digest('base64url').slice(0, 22),
    limit: 1,
    window: CLAIM_MS,
  }
  if (!(await store.admit(claim, all.deadline))) {
    engine.importPauses.busy(key)
    return { ...nothing(engine), keepsFormer: true }
  }
  return await begun(engine, store.former, { key, made }, client)
}

/** Whether one of the values was made by express-session with one of its secrets; others are not ours to clear. */
export function isFormer({ settings }: SessionEngine, values: readonly string[]): boolean {
  return settings.import !== undefined && idsIn(values, settings.import).length > 0
}

function idsIn(values: readonly string[], settings: ImportSettings): readonly string[] {
  return [...new Set(values)].flatMap((value) => idIn(value, settings) ?? [])
}

function recordOf(
  { settings }: SessionEngine,
  { data, maxAge }: OldSession,
  isReserved: (field: string) => boolean,
): NewRecord {
  const found = settings.identify(data)
  const kept = keptOf(data, isReserved)
  return {
    userId: found === undefined ? undefined : checkUserId(found),
    reason: 'import',
    methods: [],
    roles: [],
    payloads: new Map(Object.entries(kept).map(([field, value]) => [field, fieldPayload(field, value)])),
    // Who is not found there any more is not gone from there.
    identified: settings.identify(kept) !== undefined,
    remember: maxAge !== undefined,
    age: maxAge && Math.min(maxAge, settings.remembered.absolute),
  }
}

async function begun(
  engine: SessionEngine,
  former: FormerStore,
  { key, made }: { readonly key: string; readonly made: NewRecord },
  client: Client,
): Promise<Opening> {
  const { audit, settings } = engine
  let live: Live
  try {
    live = await createRecord(engine, client, made)
  } catch (error) {
    // It may go on later: the user has too many, or it is too large for a session.
    if (!RedstartError.is(error, 'SESSION_LIMIT') && !RedstartError.is(error, 'VALUE_TOO_LARGE')) throw error
    if (engine.importPauses.failed(key)) audit.tell({ type: 'session.lost', sid: '', reason: error.code })
    return WAITING
  }
  try {
    if ((await former.take(key, settings.deadline)) !== undefined)
      return { kind: 'loaded', live, cookie: cookieOf(live.token, live.core, live.core.created) }
  } catch (error) {
    await undone(engine, live).catch(() => undefined)
    throw error
  }
  // It was signed out of meanwhile, or somebody else was faster.
  await undone(engine, live)
  return nothing(engine)
}

/** It stays where it is, with its cookie, and the visitor may begin another one. */
const WAITING: Opening = Object.freeze({ kind: 'refused', reason: 'missing', mute: false, keepsFormer: true })

/** One of the two must go: who ends the session that was made would leave the old one, to be brought over again. */
async function undone({ revocations, audit }: SessionEngine, { token: { address }, core }: Live): Promise<void> {
  await revocations.revoke({ addresses: [address] }, () =>
    audit.tell({ type: 'session.ended', sid: address.sid, userId: core.userId, reason: 'replaced' }),
  )
}

function nothing({ audit }: SessionEngine): Extract<Opening, { kind: 'refused' }> {
  audit.count('missing')
  return { kind: 'refused', reason: 'missing', mute: true }
}

/** For so long nobody else tries to bring over the same one. */
const CLAIM_MS = 1000
/** Longer ones were not made by express-session. */
const LONGEST = 512

/** The id that a value was signed for: `s:<id>.<HMAC-SHA-256 in base64>`, percent-encoded. */
function idIn(value: string, { secrets }: ImportSettings): string | undefined {
  if (value.length > LONGEST) return undefined
  const [, id, signature] = /^s:(.+)\.([A-Za-z0-9+/]{43})$/s.exec(decoded(value)) ?? []
  if (id === undefined || signature === undefined) return undefined
  const given = Buffer.from(signature, 'base64')
  const isOwn = secrets.some((secret) => timingSafeEqual(createHmac('sha256', secret).update(id).digest(), given))
  return isOwn ? id : undefined
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return ''
  }
}

interface OldSession {
  readonly data: Readonly<Record<string, unknown>>
  /** Milliseconds; undefined for a cookie that ended with the browser. */
  readonly maxAge: number | undefined
}

/** Undefined for what express-session has not written. */
function dataIn(bytes: Uint8Array): OldSession | undefined {
  try {
    const { cookie, ...data } = JSON.parse(decodeText(bytes) ?? '') as Record<string, unknown> // Or it throws, or is none.
    if (typeof cookie !== 'object' || cookie === null) return undefined
    const age: unknown = Reflect.get(cookie, 'originalMaxAge')
    return { data, maxAge: typeof age === 'number' && age >= 1 ? Math.floor(age) : undefined }
  } catch {
    return undefined
  }
}

/** What has a name that a field may not have is for `identify` alone. */
function keptOf(data: OldSession['data'], isReserved: (field: string) => boolean): OldSession['data'] {
  return Object.fromEntries(Object.entries(data).filter(([field]) => isFieldName(field) && !isReserved(field)))
}
