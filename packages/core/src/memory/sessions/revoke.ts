import type { Revocation, RevokeAllRequest, RevokeReply, RevokeRequest } from '../../session/session-store.ts'
import type { MemorySessions } from './sessions.ts'

/** Ends records, whatever their secrets. What is left of one whose place another took stays. */
export function revoke(sessions: MemorySessions, { addresses, durability }: RevokeRequest, now: number): RevokeReply {
  const counted = new Set<string>()
  const byTag = new Map<string | undefined, string[]>()
  for (const address of addresses) {
    const record = sessions.at(address)
    const alive = record !== undefined && !('ended' in record) && record.expires > now
    if (alive && (address.kind === 'anonymous' || (sessions.indexed(address) ?? 0) > now)) counted.add(address.sid)
    if (record !== undefined && !('ended' in record)) sessions.remove(address)
    else if (sessions.takePlace(address, now)) counted.add(address.sid)
    const tag = address.kind === 'user' ? address.tag : undefined
    const sids = byTag.get(tag) ?? []
    byTag.set(tag, sids)
    if (!sids.includes(address.sid)) sids.push(address.sid)
  }
  for (const [tag, sids] of byTag) {
    // Each of nobody's is told by itself: they have nothing in common.
    const parts = tag === undefined ? sids.map((sid) => [sid]) : [sids]
    for (const part of parts) tell(sessions, { tag, sids: part, except: undefined })
  }
  return { sids: [...counted], replicas: durability && 0, now }
}

/** Ends all records of a user but one. */
export function revokeAll(
  sessions: MemorySessions,
  { tag, except, durability }: RevokeAllRequest,
  now: number,
): RevokeReply {
  const sids = sessions.members(tag, now).filter((sid) => sid !== except)
  for (const sid of sids) sessions.remove({ kind: 'user', tag, sid })
  tell(sessions, { tag, sids: undefined, except })
  return { sids, replicas: durability && 0, now }
}

/** Listeners hear of it before the reply, as they may from Redis, and never within the call. */
function tell({ listeners }: MemorySessions, revocation: Revocation): void {
  for (const listener of listeners) queueMicrotask(() => listeners.has(listener) && listener(revocation))
}
