import { checkObject } from '../errors.ts'
import { checkNamespace } from '../keys.ts'
import type { Measures } from '../telemetry/measurements.ts'
import type { Engine } from './engine.ts'
import type { L1Stats } from './l1.ts'

/** What one namespace has done, and what memory holds of it. */
export interface NamespaceStats extends Measures {
  /** Undefined where it has no bounds of its own, but shares those of all. */
  readonly l1: L1Stats | undefined
}

/** What was done since the start of the instance, and what memory holds. */
export interface CacheStats {
  /** Of all namespaces together; invalidations by tag are counted nowhere else. */
  readonly overall: Measures
  /** Of every namespace that was used or configured. */
  readonly namespaces: Readonly<Record<string, NamespaceStats>>
  readonly l1: L1Stats
  /** Invalidated names that wait for the backend to answer again. */
  readonly pendingInvalidations: number
}

/** See `Cache.stats`. */
export interface StatsReader {
  (): CacheStats
  (of: { readonly namespace: string }): NamespaceStats
}

export function createStats(engine: Engine): StatsReader {
  const { measurements } = engine.telemetry
  const one = (namespace: string): NamespaceStats => ({
    ...measurements.read(namespace),
    l1: engine.l1.statsOf(namespace),
  })
  const all = (): CacheStats => ({
    overall: measurements.overall(),
    namespaces: Object.fromEntries(measurements.namespaces().map((name) => [name, one(name)])),
    l1: engine.l1.stats(),
    pendingInvalidations: engine.coherence.pending.size,
  })

  function stats(): CacheStats
  function stats(of: { readonly namespace: string }): NamespaceStats
  function stats(of?: { readonly namespace: string }): CacheStats | NamespaceStats {
    if (of === undefined) return all()
    checkObject('the argument of stats', of)
    return one(checkNamespace(of.namespace))
  }
  return stats
}
