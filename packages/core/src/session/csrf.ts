import { Buffer } from 'node:buffer'
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { ActiveSession } from './active-session.ts'
import type { MasterKey } from './keyring.ts'

const BYTES = 32

/**
 * A token for forms: it follows from the session's selector, so nothing is stored for it, and is masked anew at each use,
 * so that compressed pages do not give it away (BREACH). A log-in makes those before worthless, as it should.
 */
export function csrfToken(session: ActiveSession): string {
  const { key, address } = session.live?.token ?? session.plan()
  const mask = randomBytes(BYTES)
  return Buffer.concat([mask, xor(mask, secretOf(key, address.sid))]).toString('base64url')
}

/** In constant time; false for anything that is no token of this session. */
export function isCsrfToken(session: ActiveSession, text: unknown): boolean {
  const token = session.live?.token ?? session.planned
  if (token === undefined || typeof text !== 'string' || text.length > 2 * 4 * BYTES) return false
  const given = Buffer.from(text, 'base64url')
  if (given.length !== 2 * BYTES) return false
  const unmasked = xor(given.subarray(0, BYTES), given.subarray(BYTES))
  return session.engine.keyring.all.some((key) => timingSafeEqual(unmasked, secretOf(key, token.address.sid)))
}

function secretOf(key: MasterKey, sid: string): Buffer {
  return createHmac('sha256', key.forPurpose('csrf', sid)).update(sid).digest()
}

function xor(one: Uint8Array, other: Uint8Array): Buffer {
  return Buffer.from(one.map((byte, n) => byte ^ (other[n] ?? 0)))
}
