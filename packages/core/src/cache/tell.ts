import { count, type Counters, JOIN, L1_HIT, L2_HIT, MISS, STALE_HIT } from '../telemetry/counters.ts'
import type { MissReason } from '../telemetry/events.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'

interface Target {
  readonly namespace: string
  readonly path: string
  readonly counters: Counters
}

/** Counts a hit and tells who listens. Returns what was served. */
export function tellHit<T>(
  telemetry: Telemetry,
  { namespace, path, counters }: Target,
  served: T,
  tier: 'l1' | 'l2',
  stale: boolean,
): T {
  count(counters, tier === 'l1' ? L1_HIT : L2_HIT)
  if (stale) count(counters, STALE_HIT)
  if (telemetry.hearsHits) telemetry.emit({ type: 'cache.hit', namespace, key: path, tier, stale })
  return served
}

/** Counts a read that took another one's result. */
export function tellJoin(telemetry: Telemetry, { namespace, path, counters }: Target): void {
  count(counters, JOIN)
  if (telemetry.hears('cache.join')) telemetry.emit({ type: 'cache.join', namespace, key: path })
}

/** Counts a miss and tells who listens; strange bytes under our keys are told to the logger as well. */
export function tellMiss(telemetry: Telemetry, { namespace, path, counters }: Target, reason: MissReason): void {
  count(counters, MISS)
  if (telemetry.hears('cache.miss') || reason === 'foreign' || reason === 'unreadable')
    telemetry.emit({ type: 'cache.miss', namespace, key: path, reason })
}
