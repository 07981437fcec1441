import type { ActiveSession } from './active-session.ts'
import { cookieOf } from './cookie-change.ts'
import { punctual } from './engine.ts'
import type { Live } from './live.ts'
import type { Refusal } from './session-store.ts'
import { presenting } from './presenting.ts'
import { newSecret, presentedBy, type Token } from './token.ts'

/**
 * Offers the next secret. Until somebody presents it the current one goes on, and everybody who presents the current one
 * is told the same next one: a response that is lost costs nothing.
 */
export async function rotate(session: ActiveSession): Promise<void> {
  const { live } = session
  if (session.outage !== undefined) throw session.outage
  if (live === undefined || live.secret !== 'current') return
  session.requireHead()
  const offered = await presenting(session, live, (_presented, token) => offerNext(session, live, token))
  if (offered.kind !== 'rotated') return session.lose(offered.kind)
  const { secret, now } = offered
  if (secret === undefined) return
  session.succession.learn(live, secret)
  session.live = { ...live, offered: true, nextSecret: secret }
  session.setCookie(cookieOf({ ...live.token, secret }, live.core, now))
}

/** What came of an offer: the next secret, undefined where it is told to nobody who presents this one. */
export type Offered =
  | { readonly kind: 'rotated'; readonly secret: string | undefined; readonly now: number }
  | { readonly kind: Refusal }

/** @param token what is presented. */
export async function offerNext({ engine }: ActiveSession, { sealed }: Live, token: Token): Promise<Offered> {
  const secret = newSecret()
  const { address, verifier } = presentedBy(token)
  const { verifier: nextVerifier } = presentedBy({ address, secret })
  const next = sealed.sealNext(secret, token.secret)
  const { grace } = engine.settings
  const reply = await punctual(engine, (until, timeout) =>
    engine.store.rotate({ address, verifier, nextVerifier, next, grace, until }, timeout),
  )
  if (reply.kind !== 'rotated') return reply
  const stored = reply.next && sealed.openNext(reply.next, token.secret)
  if (stored === secret) engine.audit.tell({ type: 'session.rotated', sid: address.sid, phase: 'offered' })
  return { kind: 'rotated', secret: stored, now: reply.now }
}
