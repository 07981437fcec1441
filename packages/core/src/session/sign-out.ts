import type { ActiveSession } from './active-session.ts'

/**
 * Ends a session. The cookie is cleared in any case; where the backend cannot be told now it is told later, and the
 * caller is told that it was not.
 *
 * @throws RedstartError what the store rejects with.
 */
export async function signOut(session: ActiveSession, reason: 'logout' | 'replaced'): Promise<void> {
  const { engine, live } = session
  session.setCookie(session.opening.kind === 'none' && live === undefined ? undefined : { kind: 'clear' })
  session.become(undefined)
  session.view?.show([])
  if (live === undefined) {
    if (session.outage !== undefined) throw session.outage
    return
  }
  const { address } = live.token
  const { settings, audit, activity, revocations } = engine
  await revocations.revoke({ addresses: [address], ...(settings.durability && { durability: settings.durability }) })
  audit.tell({ type: 'session.ended', sid: address.sid, userId: live.core.userId, reason })
  activity.note({ kind: 'ended', sid: address.sid, device: live.core.device.kind })
}
