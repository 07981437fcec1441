import type { ActiveSession } from './active-session.ts'

/**
 * Ends a session. The cookie is cleared in any case; where the backend cannot be told now it is told later, and the
 * caller is told that it was not.
 *
 * @throws RedstartError what the store rejects with.
 */
export async function signOut(session: ActiveSession, reason: 'logout' | 'replaced'): Promise<void> {
  const { engine, live, opening } = session
  session.setCookie(opening.kind === 'none' && live === undefined ? undefined : { kind: 'clear' })
  session.become(undefined)
  // What could not be loaded can be ended as well: its cookie was found right.
  const token = live?.token ?? (opening.kind === 'unavailable' ? opening.token : undefined)
  if (token === undefined) return
  const { address } = token
  const { settings, audit, revocations } = engine
  const request = { addresses: [address], ...(settings.durability && { durability: settings.durability }) }
  await revocations.revoke(request, ({ replicas }) => {
    audit.tell({ type: 'session.ended', sid: address.sid, userId: live?.core.userId, reason, replicas })
  })
}
