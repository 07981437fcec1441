import { Buffer } from 'node:buffer'
import { createHmac, timingSafeEqual } from 'node:crypto'
import { RedstartError } from '../errors.ts'
import { decodeText } from '../wire/text.ts'
import type { Client } from './client.ts'
import { cookieOf } from './cookie-change.ts'
import { createRecord } from './creation.ts'
import type { SessionEngine } from './engine.ts'
import { isFieldName } from './field-names.ts'
import type { Opening } from './opening.ts'
import { fieldPayload } from './sealed.ts'
import type { ImportSettings } from './settings.ts'
import { checkUserId } from './user-id.ts'

/**
 * Makes a session of what express-session kept in Redis under the cookie that it signed. What it kept is taken away, so
 * that it is brought over once; who comes at the same moment with the same cookie finds nothing, and keeps its cookie.
 *
 * @param values of the cookie of express-session, as they were sent.
 * @param isReserved whether a name is one of the session itself.
 * @returns undefined where no value was made with one of the secrets.
 * @throws RedstartError what the store rejects with.
 */
export async function importSession(
  engine: SessionEngine,
  values: readonly string[],
  client: Client,
  isReserved: (field: string) => boolean,
): Promise<Opening | undefined> {
  const { store, audit } = engine
  const settings = engine.settings.import
  if (settings === undefined) return undefined
  const ids = idsIn(values, settings)
  const [id] = ids
  if (id === undefined || ids.length > 1) return undefined
  const bytes = await store.take?.(settings.prefix + id, engine.settings.deadline)
  const old = bytes && dataIn(bytes)
  if (old === undefined) {
    audit.count('missing')
    return { kind: 'refused', reason: 'missing', mute: true }
  }
  return await begun(engine, old, client, isReserved)
}

/** Whether one of the values was made by express-session with one of its secrets; others are not ours to clear. */
export function isFormer({ settings }: SessionEngine, values: readonly string[]): boolean {
  return settings.import !== undefined && idsIn(values, settings.import).length > 0
}

function idsIn(values: readonly string[], settings: ImportSettings): readonly string[] {
  return [...new Set(values)].flatMap((value) => idIn(value, settings) ?? [])
}

async function begun(
  engine: SessionEngine,
  { data, maxAge }: OldSession,
  client: Client,
  isReserved: (field: string) => boolean,
): Promise<Opening> {
  const { settings } = engine
  const found = settings.identify(data)
  const userId = found === undefined ? undefined : checkUserId(found)
  const kept = keptOf(data, isReserved)
  const payloads = new Map(Object.entries(kept).map(([field, value]) => [field, fieldPayload(value)]))
  try {
    const live = await createRecord(engine, client, {
      ...{ userId, reason: 'import', payloads, methods: [], roles: [] },
      // Who is not found there any more is not gone from there.
      ...{ identified: settings.identify(kept) !== undefined, remember: maxAge !== undefined },
      age: maxAge && Math.min(maxAge, settings.remembered.absolute),
    })
    return { kind: 'loaded', live, cookie: cookieOf(live.token, live.core, live.core.created) }
  } catch (error) {
    // It may not go on: the user has too many, or it is too large for a session.
    if (!RedstartError.is(error, 'SESSION_LIMIT') && !RedstartError.is(error, 'VALUE_TOO_LARGE')) throw error
    engine.audit.tell({ type: 'session.lost', sid: '', reason: error.code })
    return { kind: 'refused', reason: 'missing', mute: false }
  }
}

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
