import { RedstartError } from '../errors.ts'
import type { ActiveSession } from './active-session.ts'
import { type Opening, openSession } from './opening.ts'
import { tooLong } from './presenting.ts'
import { formatToken } from './token.ts'

/**
 * Reads a session anew.
 *
 * @throws RedstartError `SESSION_CONFLICT` where it has ended meanwhile, or goes on under a secret that this request was
 *   not told: whoever holds a connection open for it asks for that. Or what the store rejects with.
 */
export async function reload(session: ActiveSession): Promise<void> {
  const { engine, client, live } = session
  if (live === undefined) return session.view?.renew([])
  const how = { readOnly: false, touch: false, again: true }
  let opening = await openSession(engine, [formatToken(session.succession.first(live))], client, how)
  while (isReuse(opening) && session.succession.goOn(live))
    opening = await openSession(engine, [formatToken(session.succession.first(live))], client, how)
  // It goes on, but for this request.
  if (isReuse(opening)) throw tooLong()
  if (opening.kind === 'unavailable') throw opening.error
  session.become(opening.kind === 'loaded' ? opening.live : undefined)
  if (opening.kind === 'loaded' && opening.cookie !== undefined) session.setCookie(opening.cookie)
  session.live?.fields.openAll()
  session.view?.renew(session.live?.fields.dataNames ?? [])
  if (session.live === undefined)
    throw new RedstartError('SESSION_CONFLICT', 'The session has ended; there is nothing to load anew')
}

function isReuse(opening: Opening): boolean {
  return opening.kind === 'refused' && opening.reason === 'reuse'
}
