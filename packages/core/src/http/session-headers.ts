import type { HttpExchange, LeavingHead } from './exchange.ts'

/** What an answer has to do with a session. */
export interface SessionTraces {
  /** Its handler has looked at the session. */
  readonly used: boolean
  /** It sets the cookie, or clears it. */
  readonly cookie: boolean
}

/**
 * An answer with somebody's cookie, or made for somebody, is for nobody else: `Cache-Control: no-store` unless it says
 * `private` or `no-store` already, and `Vary: Cookie`.
 */
export function protect(exchange: HttpExchange, { used, cookie }: SessionTraces, head: LeavingHead): void {
  if (!used && !cookie) return
  if (cookie && !/\b(?:no-store|private)\b/i.test(head.header('cache-control') ?? ''))
    exchange.setHeader('cache-control', 'no-store')
  if (!/\*|\bcookie\b/i.test(head.header('vary') ?? '')) exchange.appendHeader('vary', 'Cookie')
}
