import type { RequestDirectives } from '../caching/request-directives.ts'
import type { StoredAnswer } from './prepared.ts'

/**
 * What a stored answer is good for: as it is; while somebody replaces it; in place of an error; for asking whether it still
 * holds, at the most.
 */
export type Usage = 'fresh' | 'while-refreshing' | 'if-error' | 'no'

/** Where in its life a stored answer is. */
export interface Life {
  /** Milliseconds. */
  readonly age: number
  /** Something that it is made of has changed, and it may be served once more. */
  readonly stale: boolean
}

type Lifetime = Pick<StoredAnswer, 'fresh' | 'staleWhileRevalidate' | 'staleIfError' | 'mustRevalidate'>

/**
 * RFC 9111 4.2 and RFC 5861.
 *
 * @param directives what the request asks for (RFC 9111 5.2.1), where it has a say.
 */
export function usageOf(directives: RequestDirectives | undefined, answer: Lifetime, { age, stale }: Life): Usage {
  const { fresh, staleWhileRevalidate, staleIfError, mustRevalidate } = answer
  const isFresh = age < fresh && !stale
  if (directives === undefined) return isFresh ? 'fresh' : staleUsage()
  const { noCache, maxAge = Infinity, minFresh = 0, maxStale } = directives
  if (noCache || age > maxAge) return 'no'
  if (isFresh && fresh - age >= minFresh) return 'fresh'
  if (!isFresh && !mustRevalidate && maxStale !== undefined && age - fresh <= maxStale) return 'fresh'
  return isFresh ? 'no' : staleUsage()

  function staleUsage(): Usage {
    if (mustRevalidate) return 'no'
    // What was invalidated lazily is stale before its end.
    const over = Math.max(0, age - fresh)
    if (over < staleWhileRevalidate) return 'while-refreshing'
    return over < staleIfError ? 'if-error' : 'no'
  }
}
