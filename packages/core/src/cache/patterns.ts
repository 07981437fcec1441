import { checkFunction, checkObject, invalidArgument } from '../errors.ts'
import type { Key } from '../keys.ts'
import type { LoadContext } from './load-context.ts'
import type { Keyed } from './namespace.ts'
import type { GetOrSetOptions } from './scope.ts'
import type { SetManyOptions } from './setter.ts'
import type { Reached } from './targets.ts'

/**
 * Cache-aside: the cached value, or what `load` returns, which is then stored. This is `getOrSet` by its other name:
 * unlike a `get`, a load and a `set` by hand, an invalidation in between is not lost, and one load serves all callers.
 */
export function cacheAside<T>(
  cache: Pick<Keyed, 'getOrSet'>,
  key: Key,
  load: (context: LoadContext) => T | Promise<T>,
  options?: GetOrSetOptions<T>,
): Promise<T> {
  return cache.getOrSet(key, load, options)
}

/**
 * Write-through: writes to the source, then to the cache. Nothing is cached when the source fails, and its error is
 * thrown. Of writes that race, the cache keeps the one that was set last, which need not be the one that the source took
 * last: where that matters, invalidate after the commit instead, and let the next read load.
 *
 * @param write stores the value in the source.
 */
export async function writeThrough<T>(
  cache: Pick<Keyed, 'set'>,
  key: Key,
  value: T,
  write: (value: T) => unknown,
  options?: SetManyOptions,
): Promise<Reached> {
  checkFunction('what writes to the source', write)
  await write(value)
  return cache.set(key, value, options)
}

/** Options of {@link refreshAhead}. */
export interface RefreshAheadOptions<T> extends Omit<GetOrSetOptions<T>, 'earlyRefresh'> {
  /**
   * The share of its `ttl` after which a value is refreshed in the background when it is used, above 0 and below 1.
   * @default 0.8
   */
  readonly threshold?: number
}

/**
 * Refresh-ahead: a value in use is loaded anew before it expires, while callers get the present one. Rejects as `getOrSet`
 * does, and with `INVALID_ARGUMENT` for a threshold that is not allowed.
 */
export async function refreshAhead<T>(
  cache: Pick<Keyed, 'getOrSet'>,
  key: Key,
  load: (context: LoadContext) => T | Promise<T>,
  options: RefreshAheadOptions<T> = {},
): Promise<T> {
  checkObject('the options of refreshAhead', options)
  const { threshold = 0.8, ...others } = options
  if (!(threshold > 0 && threshold < 1)) throw invalidArgument('threshold', threshold, 'a number above 0 and below 1')
  return cache.getOrSet(key, load, { ...others, earlyRefresh: threshold })
}
