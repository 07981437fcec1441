import { deltaSeconds, parseCacheControl } from './cache-control.ts'
import type { HeaderOf } from './header-of.ts'

/** What a request asks of a cache (RFC 9111 5.2.1); times in milliseconds. */
export interface RequestDirectives {
  readonly noCache: boolean
  readonly noStore: boolean
  /** The response must not be older. */
  readonly maxAge: number | undefined
  /** The response may have been stale for so long; Infinity where any time is fine. */
  readonly maxStale: number | undefined
  /** The response has to stay fresh for so long. */
  readonly minFresh: number | undefined
  /** No response is to be made for this request: it is answered from the cache or with a 504. */
  readonly onlyIfCached: boolean
}

/**
 * What a request asks of a cache, where a cache goes by it: all of it is advice (RFC 9111 5.2.1). `Pragma: no-cache` counts
 * where there is no `Cache-Control` (5.4).
 */
export function askedOf(header: HeaderOf): RequestDirectives {
  const field = header('cache-control')
  const directives = parseCacheControl(field ?? (isPragmaNoCache(header('pragma')) ? 'no-cache' : undefined))
  const ms = (name: string) => {
    const seconds = deltaSeconds(directives, name)
    return seconds === undefined ? undefined : seconds * 1000
  }
  return {
    noCache: directives.has('no-cache'),
    noStore: directives.has('no-store'),
    maxAge: ms('max-age'),
    maxStale: directives.get('max-stale') === true ? Number.POSITIVE_INFINITY : ms('max-stale'),
    minFresh: ms('min-fresh'),
    onlyIfCached: directives.has('only-if-cached'),
  }
}

function isPragmaNoCache(pragma: string | undefined): boolean {
  return pragma !== undefined && parseCacheControl(pragma).has('no-cache')
}
