import type { CacheStats } from '@redstart/core'
import type { HitRate } from './state.ts'

const SECONDS = 60

interface Reads {
  readonly served: number
  readonly missed: number
}

/** Follows the cache's counters. Call it once a second: what it returns is the rate of the last 60 calls, and of all time. */
export function hitRateMeter(stats: () => CacheStats): () => HitRate {
  const past: Reads[] = []
  return () => {
    const { namespaces, l1 } = stats()
    const now = sum(namespaces)
    past.push(now)
    if (past.length > SECONDS + 1) past.shift()
    const first = past[0] ?? now
    return {
      lastMinute: rate({ served: now.served - first.served, missed: now.missed - first.missed }),
      total: rate(now),
      entries: l1.entries,
      bytes: l1.bytes,
    }
  }
}

function sum(namespaces: CacheStats['namespaces']): Reads {
  let served = 0
  let missed = 0
  for (const { l1Hits, l2Hits, joins, misses } of Object.values(namespaces)) {
    served += l1Hits + l2Hits + joins
    missed += misses
  }
  return { served, missed }
}

function rate({ served, missed }: Reads): HitRate['total'] {
  const reads = served + missed
  return { reads, rate: reads === 0 ? 0 : served / reads }
}
