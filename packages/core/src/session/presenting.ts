import { RedstartError } from '../errors.ts'
import type { ActiveSession } from './active-session.ts'
import type { Live } from './live.ts'
import type { Presented } from './session-store.ts'
import { presentedBy, type Token } from './token.ts'

/**
 * Asks something of the record of a request. One that runs for long may have come with a secret that was replaced since:
 * then with the one after it, which nobody but who had the one before was told.
 */
export async function presenting<Reply extends { readonly kind: string }>(
  { succession }: ActiveSession,
  live: Live,
  ask: (presented: Presented, token: Token) => Promise<Reply>,
): Promise<Reply> {
  for (;;) {
    const token = succession.first(live)
    const reply = await ask(presentedBy(token), token)
    if (reply.kind !== 'reuse' || !succession.goOn(live)) return reply
  }
}

/** A request runs longer than the secret it came with is good for, and was not told what comes after it. */
export function tooLong(): RedstartError {
  return new RedstartError(
    'SESSION_CONFLICT',
    'The session got another secret since this request began, longer ago than sessions.grace; nothing was stored: have a stream end before that, so that its client asks anew, or keep what it changes elsewhere',
  )
}
