import type { Summary } from '../telemetry/measurements.ts'
import type { PastSlowOperation } from '../telemetry/slow.ts'
import type { Engine } from './engine.ts'
import { type CacheStats, createStats } from './stats.ts'

/** Three numbers of all namespaces together, and of each. */
export interface MetricsSummary {
  readonly overall: Summary
  readonly namespaces: Readonly<Record<string, Summary>>
}

/** Everything that was measured, as plain data that JSON keeps whole. */
export interface MetricsSnapshot {
  /** Milliseconds since the start of the instance. */
  readonly uptime: number
  readonly summary: MetricsSummary
  readonly stats: CacheStats
  /** See {@link Metrics.slow}. */
  readonly slow: readonly PastSlowOperation[]
}

/** What an instance has measured since its start. `cache.stats()` has the details of each namespace. */
export interface Metrics {
  /** Hit rate, mean latency and number of operations, for a glance. */
  summary(): MetricsSummary
  /** Operations that took longer than the option `slow` allows, the latest first, up to its `keep` of them. */
  slow(): readonly PastSlowOperation[]
  /** All of it in one object, to be sent somewhere as JSON. */
  snapshot(): MetricsSnapshot
}

export function createMetrics(engine: Engine): Metrics {
  const { telemetry } = engine
  const { measurements } = telemetry
  const stats = createStats(engine)
  const summary = (): MetricsSummary => ({
    overall: measurements.overallSummary(),
    namespaces: Object.fromEntries(measurements.namespaces().map((name) => [name, measurements.summaryOf(name)])),
  })
  const slow = (): readonly PastSlowOperation[] => telemetry.slow()
  return {
    summary,
    slow,
    snapshot: () => ({ uptime: measurements.uptime, summary: summary(), stats: stats(), slow: slow() }),
  }
}
