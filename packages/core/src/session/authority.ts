import { type Duration, milliseconds } from '../duration.ts'
import { RedstartError } from '../errors.ts'
import type { ActiveSession } from './active-session.ts'

/** @throws RedstartError `NOT_SIGNED_IN`. */
export function requireUser({ live }: ActiveSession): string {
  const userId = live?.core.userId
  if (userId !== undefined) return userId
  throw new RedstartError('NOT_SIGNED_IN', 'Nobody is signed in; this needs a log-in')
}

/** @throws RedstartError `NOT_SIGNED_IN`, or `FORBIDDEN` without one of the roles. */
export function requireRole(session: ActiveSession, roles: readonly string[]): void {
  requireUser(session)
  if (roles.some((role) => session.live?.core.roles.includes(role))) return
  throw new RedstartError('FORBIDDEN', `This needs one of the roles ${roles.join(', ')}`)
}

/**
 * Asks for a log-in that is recent: counted from when the user proved who they are, not from when the session began.
 *
 * @throws RedstartError `NOT_SIGNED_IN`, or `NOT_FRESH`.
 */
export function requireFresh(session: ActiveSession, within: Duration): void {
  const longest = milliseconds(within, 'requireFresh', 1)
  requireUser(session)
  const { core } = session.live ?? {}
  const at = session.engine.time.atMost()
  if (core?.authenticated !== undefined && !core.stepUp && at - core.authenticated <= longest) return
  throw new RedstartError('NOT_FRESH', 'The log-in is too long ago for this; the user must prove anew who they are')
}
