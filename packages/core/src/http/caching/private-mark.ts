/** Where a request has why what it was answered with belongs to one client alone: no map, which is asked far slower. */
const REASON: unique symbol = Symbol('private')

interface Marked {
  [REASON]?: string
}

/**
 * Says that the answer to a request is made for its client alone. Whoever hands out what belongs to one client, as a session
 * does, says so there and then, wherever it stands among the middleware. The first reason is kept.
 *
 * @param request of the exchange.
 */
export function markPrivate(request: object, reason: string): void {
  const marked: Marked = request
  marked[REASON] ??= reason
}

/** Why the answer must not be shared; undefined where nothing was said. */
export function privateReason(request: object): string | undefined {
  const marked: Marked = request
  return marked[REASON]
}
