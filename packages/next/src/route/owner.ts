import { isPromise, type PolicyUse } from '@redstart/core/http'

/** Whose an answer is. */
export type Owner = string | undefined | null

/**
 * A policy that asks at once whose an answer is, of a function that may have to wait to know: it is decided once more then.
 *
 * @param ownerOf of a request.
 * @param make makes the policy of one that does not wait; while that says nobody, the policy decides nothing that lasts.
 */
export function withOwner<Incoming extends Request>(
  ownerOf: (request: Incoming) => Owner | Promise<Owner>,
  make: (ownerAtOnce: (request: Incoming) => Owner) => PolicyUse<Incoming>,
): PolicyUse<Incoming> {
  const known = new WeakMap<Incoming, Owner>()
  const waiting = new WeakMap<Incoming, Promise<Owner>>()
  const atOnce = (request: Incoming): Owner => {
    if (known.has(request)) return known.get(request)
    const given = ownerOf(request)
    if (!isPromise(given)) return given
    waiting.set(request, given)
    return undefined
  }
  // Whoever has no compiler is told of what is no function.
  const use = make(typeof ownerOf === 'function' ? atOnce : ownerOf)
  return {
    decide(exchange, request) {
      const decided = use.decide(exchange, request)
      const pending = waiting.get(request)
      if (pending === undefined) return decided
      waiting.delete(request)
      return pending.then((owner) => {
        known.set(request, owner)
        return use.decide(exchange, request)
      })
    },
  }
}
