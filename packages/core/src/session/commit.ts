import { RedstartError } from '../errors.ts'
import type { ActiveSession } from './active-session.ts'
import { begin } from './beginning.ts'
import { draftsOf } from './drafts.ts'
import { beginAnew, followData } from './following.ts'
import { rotate } from './rotation.ts'
import { isRotationDue } from './rotation-due.ts'
import { save } from './saving.ts'

/**
 * Stores what this request has changed, and nothing where it changed nothing. Who is signed in follows the data where a
 * library keeps it there.
 *
 * @throws RedstartError `SESSION_CONFLICT` with strict conflicts, `VALUE_TOO_LARGE`, `UNSUPPORTED_VALUE`,
 *   `INVALID_ARGUMENT`, `TOO_MANY_SESSIONS`, `SESSION_LIMIT`, or what the store rejects with.
 */
export async function commit(session: ActiveSession): Promise<void> {
  if (session.destroyed) return
  const following = followData(session)
  if (following !== undefined) await following
  if (session.isAgeDue) await beginAnew(session)
  const drafts = draftsOf(session)
  if (session.outage !== undefined && drafts.length > 0) throw session.outage
  if (session.live === undefined) return await begin(session, drafts)
  await save(session, session.live, drafts)
  if (!session.headHasLeft && session.live !== undefined && isRotationDue(session.engine, session.live))
    await rotate(session)
}

/** The same for what is changed after the response has left, where nobody can be told of a failure. */
export async function commitLate(session: ActiveSession): Promise<void> {
  try {
    await session.steps.run(() => commit(session))
    // What the handler did not wait for either.
    await session.steps.underWay
  } catch (error) {
    const reason = RedstartError.is(error) ? error.code : 'STORE_FAILED'
    session.engine.audit.tell({ type: 'session.lost', sid: session.sid ?? '', reason })
  }
}
