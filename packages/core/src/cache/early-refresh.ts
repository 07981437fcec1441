import type { Entry } from './entry.ts'
import type { EarlyRefresh } from './load-options.ts'

/**
 * The instant from which a fresh entry is refreshed before it ends, in Redis time; the end itself for never. For
 * `'xfetch'` this is the moment at which `now - cost * ln(rand) >= freshUntil` becomes true for one draw.
 */
export function refreshAt(
  { loaded, freshUntil, cost }: Pick<Entry, 'loaded' | 'freshUntil' | 'cost'>,
  early: EarlyRefresh,
  random: () => number,
): number {
  if (early === false) return freshUntil
  // 1 - random(), since the logarithm of 0 is none.
  if (early === 'xfetch') return freshUntil + cost * Math.log(1 - random())
  const ttl = freshUntil - loaded - cost
  return freshUntil - (1 - early) * ttl
}
