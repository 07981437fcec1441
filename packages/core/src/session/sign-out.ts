import type { RedstartError } from '../errors.ts'
import type { ActiveSession } from './active-session.ts'
import type { RevokeReply, RevokeRequest } from './session-store.ts'

/**
 * Ends a session. The cookie is cleared in any case; where the backend cannot be told now it is told later, and the
 * caller is told that it was not.
 *
 * @param outage what this request has met already: the backend is told later then, and not asked now.
 * @returns whether it was there to be ended.
 * @throws RedstartError what the store rejects with, or the outage.
 */
export async function signOut(
  session: ActiveSession,
  reason: 'logout' | 'replaced',
  outage?: RedstartError,
): Promise<boolean> {
  const { engine, live, opening } = session
  session.setCookie(opening.kind === 'none' && live === undefined ? undefined : { kind: 'clear' })
  session.become(undefined)
  // What could not be loaded can be ended as well: its cookie was found right.
  const token = live?.token ?? (opening.kind === 'unavailable' ? opening.token : undefined)
  if (token === undefined) return false
  const { address } = token
  const { settings, audit, revocations } = engine
  const request: RevokeRequest = { addresses: [address], durability: settings.durability }
  const onEnded = ({ replicas }: RevokeReply): void =>
    audit.tell({ type: 'session.ended', sid: address.sid, userId: live?.core.userId, reason, replicas })
  if (outage === undefined) return (await revocations.revoke(request, onEnded)).sids.length > 0
  revocations.revokeLater(request, onEnded)
  throw outage
}
