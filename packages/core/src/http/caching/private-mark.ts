/** Why what a request was answered with belongs to one client alone. */
const reasons = new WeakMap<object, string>()

/**
 * Says that the answer to a request is made for its client alone. Whoever hands out what belongs to one client, as a session
 * does, says so there and then, wherever it stands among the middleware. The first reason is kept.
 *
 * @param request of the exchange.
 */
export function markPrivate(request: object, reason: string): void {
  if (!reasons.has(request)) reasons.set(request, reason)
}

/** Why the answer must not be shared; undefined where nothing was said. */
export function privateReason(request: object): string | undefined {
  return reasons.get(request)
}
