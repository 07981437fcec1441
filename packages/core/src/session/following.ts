import type { OpenedPayload } from '../wire/seal.ts'
import type { ActiveSession } from './active-session.ts'
import { begin } from './beginning.ts'
import { dataOf, isTouched, shownBy } from './drafts.ts'
import { endRecord } from './ending.ts'
import { keepAddedFlash } from './flash.ts'
import { FIELDS_OF_PASSPORT, userOfPassport } from './passport-user.ts'
import { signIn } from './sign-in.ts'
import { signOut } from './sign-out.ts'
import { checkUserId } from './user-id.ts'

/**
 * A classic library never says who signs in or out: it shows in what it stores.
 *
 * @returns what is done about it; undefined where there is nothing to be done.
 * @throws RedstartError `INVALID_ARGUMENT` for what cannot name a user; it rejects as a log-in and a log-out do.
 */
export function followData(session: ActiveSession): Promise<void> | undefined {
  const { engine, live, regenerated } = session
  if (session.outage !== undefined || !isTouched(session)) return undefined
  const { identify } = engine.settings
  const found = identify(dataOf(session, identify === userOfPassport ? FIELDS_OF_PASSPORT : undefined))
  session.regenerated = false
  if (found !== undefined) {
    const userId = checkUserId(found)
    const renews = userId === live?.core.userId
    const left = session.left?.live.core.userId === userId && !renews ? session.left : undefined
    const keep = regenerated || left !== undefined ? 'shown' : 'all'
    if (!regenerated && renews) return undefined
    return signIn(session, userId, { identified: true, keep, renews, left, found: true })
  }
  if (live === undefined || !(regenerated || live.core.identified)) return undefined
  return beginAsVisitor(session, regenerated ? 'replaced' : 'logout')
}

/** A record's end is set when it is made, so one that shall live for another time is another one. */
export async function beginAnew(session: ActiveSession): Promise<void> {
  const { userId } = session.live?.core ?? {}
  if (userId === undefined) return await beginAsVisitor(session, 'replaced')
  await signIn(session, userId, { remember: session.wantedAge !== null, renews: true, found: true })
}

/** The record ends; what the handler would read goes on in one of nobody's. */
async function beginAsVisitor(session: ActiveSession, reason: 'replaced' | 'logout'): Promise<void> {
  const { live } = session
  const shown = new Map<string, OpenedPayload>(shownBy(session))
  if (reason === 'logout') keepAddedFlash(session, shown)
  const kept = [...shown].map(([field, payload]) => ({ field, payload }))
  const wasAlive =
    reason === 'logout'
      ? await signOut(session, reason)
      : live === undefined || (await endRecord(session.engine, live)) !== undefined
  // The same user may be found again in what the handler puts back.
  if (live?.core.userId !== undefined) session.left = { live, wasAlive }
  if (reason !== 'logout' && !wasAlive) return session.lose('ended')
  session.replaced()
  await begin(session, kept)
}
