import { RedstartError } from '../errors.ts'
import type { SessionEngine } from './engine.ts'
import type { UserAddress } from './session-store.ts'
import { recordsOf, type UserRecord } from './user-records.ts'

/**
 * Holds a user to as many sessions as there may be, those under other keys included. Under one key the script that creates
 * a record sees to it; a user whose sessions are under several has an index for each.
 *
 * Of several log-ins at once each ends sessions from before it alone, so that together they end no more than need be.
 *
 * @param created what was just created, and when.
 * @throws RedstartError `SESSION_LIMIT` where it was one too many and is gone again, or what the store rejects with.
 */
export async function holdToLimit(
  engine: SessionEngine,
  userId: string,
  created: { readonly address: UserAddress; readonly at: number },
): Promise<void> {
  const { keyring, settings, revocations, audit } = engine
  if (keyring.all.length === 1) return
  const { max, onExceed } = settings.limit
  const others = (await recordsOf(engine, userId)).filter(({ record }) => record.sid !== created.address.sid)
  if (onExceed === 'reject') {
    if (others.filter(({ record }) => record.created <= created.at).length < max) return
    await revocations.revoke({ addresses: [created.address] })
    throw tooMany(max)
  }
  const leaving = others
    .filter((each) => isBefore(each, created))
    .sort((one, other) => one.record.expires - other.record.expires)
    .slice(0, Math.max(0, others.length + 1 - max))
    .map(({ address }) => address)
  if (leaving.length === 0) return
  const { sids } = await revocations.revoke({ addresses: leaving })
  for (const sid of sids) audit.tell({ type: 'session.ended', sid, userId, reason: 'evicted' })
}

/** The user has as many sessions as there may be. */
export function tooMany(max: number): RedstartError {
  return new RedstartError(
    'SESSION_LIMIT',
    `The user has ${max} sessions, which is as many as sessions.limit.max allows; one of them must end first`,
  )
}

function isBefore(
  { record }: UserRecord,
  { address, at }: { readonly address: UserAddress; readonly at: number },
): boolean {
  return record.created < at || (record.created === at && record.sid < address.sid)
}
