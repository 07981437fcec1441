import type { ActiveSession } from './active-session.ts'
import { cookieOf } from './cookie-change.ts'
import { punctual } from './engine.ts'
import { newSecret, presentedBy } from './token.ts'

/**
 * Offers the next secret. Until somebody presents it the current one goes on, and everybody who presents the current one
 * is told the same next one: a response that is lost costs nothing.
 */
export async function rotate(session: ActiveSession): Promise<void> {
  const { engine, live } = session
  if (session.outage !== undefined) throw session.outage
  if (live === undefined || live.secret !== 'current') return
  session.requireHead()
  const { token, sealed, core } = live
  const { sid } = token.address
  const secret = newSecret()
  const request = {
    ...presentedBy(token),
    nextVerifier: presentedBy({ ...token, secret }).verifier,
    next: sealed.sealNext(secret, token.secret),
    grace: engine.settings.grace,
  }
  const reply = await punctual(engine, (dated, timeout) => engine.store.rotate({ ...request, ...dated }, timeout))
  if (reply.kind !== 'rotated') return session.lose(reply.kind)
  const next = reply.next && sealed.openNext(reply.next, token.secret)
  if (next === undefined) return
  session.live = { ...live, offered: true }
  session.setCookie(cookieOf({ ...token, secret: next }, core, reply.now))
  if (next === secret) engine.audit.tell({ type: 'session.rotated', sid, phase: 'offered' })
}
