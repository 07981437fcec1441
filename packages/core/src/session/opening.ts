import { RedstartError } from '../errors.ts'
import type { Client } from './client.ts'
import { type CookieChange, cookieOf } from './cookie-change.ts'
import type { SessionEngine } from './engine.ts'
import { type Live, liveOf, noteUse } from './live.ts'
import { migrate } from './migration.ts'
import { boundTo, isElsewhere } from './binding.ts'
import type { LoadedRecord, Refusal, SessionAddress } from './session-store.ts'
import { touchAfterOf } from './settings.ts'
import { parseToken, presentedBy, type Token } from './token.ts'

/**
 * What a request's cookie led to. Where it is `mute` the browser must keep the cookie that it has: another response may
 * have sent a newer one.
 */
export type Opening =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'refused'
      readonly reason: RefusalReason
      readonly mute: boolean
      /** Of the session that the cookie named. */
      readonly sid?: string
      /** The cookie of another library leads to something that may still be brought over. */
      readonly keepsFormer?: true
    }
  | {
      readonly kind: 'unavailable'
      readonly token: Token | undefined
      readonly error: RedstartError
      readonly mute: true
    }
  | { readonly kind: 'loaded'; readonly live: Live; readonly cookie: CookieChange | undefined }

export type RefusalReason = Refusal | 'damaged' | 'too-early' | 'binding'

export interface OpenHow {
  /** Changes nothing: not even when it was last used. */
  readonly readOnly: boolean
  /** Whether this counts as a use. */
  readonly touch: boolean
  /** By a request that has opened it before. */
  readonly again?: boolean
}

/**
 * Opens the session that the values of a cookie name. Nobody is asked where none of them can be one of ours, and where
 * two of them are, neither counts: one may have been planted.
 */
export async function openSession(
  engine: SessionEngine,
  values: readonly string[],
  client: Client,
  how: OpenHow,
): Promise<Opening> {
  const token = oneToken(engine, values)
  if (token === undefined) return { kind: 'none' }
  try {
    return await load(engine, token, client, how)
  } catch (error) {
    if (!RedstartError.is(error) || !isOutage(error)) throw error
    return { kind: 'unavailable', token, error, mute: true }
  }
}

export function isOutage({ code }: RedstartError): boolean {
  return code === 'STORE_TIMEOUT' || code === 'STORE_UNAVAILABLE' || code === 'STORE_FAILED'
}

/** What the values of a cookie stand for by their seals alone; undefined where none, or more than one, is of ours. */
export function oneToken({ keyring, audit }: SessionEngine, values: readonly string[]): Token | undefined {
  let one: Token | undefined
  let tokens = 0
  for (const value of values.length > 1 ? new Set(values) : values) {
    const parsed = parseToken(value, keyring)
    if (parsed.kind !== 'token') audit.count(parsed.kind)
    else {
      one = parsed.token
      tokens += 1
    }
  }
  if (tokens > 1) audit.count('ambiguous')
  return tokens === 1 ? one : undefined
}

async function load(engine: SessionEngine, token: Token, client: Client, how: OpenHow): Promise<Opening> {
  const { store, settings, clock, time } = engine
  const { address, verifier } = presentedBy(token)
  const { grace, deadline } = settings
  const touchAfter = how.touch && !how.readOnly ? touchAfterOf(settings) : undefined
  const sent = clock.now()
  const reply = await store.load({ address, verifier, touchAfter, readOnly: how.readOnly, grace }, deadline)
  time.learned(reply.now, sent)
  return reply.kind === 'loaded' ? usable(engine, token, reply, client, how) : refused(engine, token, reply.kind, how)
}

function usable(
  engine: SessionEngine,
  token: Token,
  record: LoadedRecord,
  client: Client,
  how: OpenHow,
): Opening | Promise<Opening> {
  const { settings, audit } = engine
  const { sid } = token.address
  const live = liveOf(engine, token, record)
  if (live === undefined) {
    audit.tell({ type: 'session.damaged', sid, field: undefined })
    return { kind: 'refused', reason: 'damaged', mute: false }
  }
  // The plain instants are for scripts; whoever can write to the backend cannot move these.
  if (live.core.absolute <= record.now) return counted(engine, 'expired', token.address)
  if (live.core.created < settings.notBefore) return counted(engine, 'too-early', token.address)
  const needs =
    isElsewhere(engine, live, client) || settings.schema !== undefined || live.core.version !== settings.version
  return needs ? adapted(engine, live, record, client, how) : noted(engine, live, record)
}

/** One that is used elsewhere than it was begun, or whose data another version has stored. */
async function adapted(
  engine: SessionEngine,
  live: Live,
  record: LoadedRecord,
  client: Client,
  how: OpenHow,
): Promise<Opening> {
  const { settings } = engine
  const bound = await boundTo(engine, live, client, how)
  if (bound === undefined) return { kind: 'refused', reason: 'binding', mute: false }
  if (settings.schema !== undefined || bound.core.version !== settings.version) await migrate(engine, bound)
  return noted(engine, bound, record)
}

function noted(engine: SessionEngine, live: Live, record: LoadedRecord): Opening {
  const { sid } = live.token.address
  if (record.promoted) engine.audit.tell({ type: 'session.rotated', sid, phase: 'taken' })
  if (record.noted) noteUse(engine, 'used', live)
  const nextSecret = offeredSecret(live, record)
  if (nextSecret === undefined) return { kind: 'loaded', live, cookie: undefined }
  const cookie = cookieOf({ ...live.token, secret: nextSecret }, live.core, record.now)
  return { kind: 'loaded', live: { ...live, nextSecret }, cookie }
}

/** Whoever presents the current secret is told the next one, again and again until it is presented. */
function offeredSecret({ token, sealed }: Live, { secret, next }: LoadedRecord): string | undefined {
  return secret === 'current' && next !== undefined ? sealed.openNext(next, token.secret) : undefined
}

async function refused(
  engine: SessionEngine,
  { address }: Token,
  reason: Refusal,
  { readOnly, again = false }: OpenHow,
): Promise<Opening> {
  if (reason !== 'reuse') return counted(engine, reason, address)
  const { audit, settings, revocations } = engine
  const { sid } = address
  // A request that came with a good one may look again later: nobody has a copy for that.
  if (again) return { kind: 'refused', reason, mute: true }
  audit.tellOrCount('', { type: 'session.reuse', sid }, 'reuse')
  if (settings.onReuse === 'revoke' && !readOnly) {
    await revocations.revoke({ addresses: [address] }, () =>
      audit.tell({ type: 'session.ended', sid, userId: undefined, reason: 'reuse' }),
    )
  }
  return { kind: 'refused', reason, mute: true, sid }
}

function counted(
  { audit }: SessionEngine,
  reason: Exclude<RefusalReason, 'reuse' | 'damaged' | 'binding'>,
  { sid }: SessionAddress,
): Opening {
  audit.count(reason)
  return { kind: 'refused', reason, mute: reason === 'ended', sid }
}
