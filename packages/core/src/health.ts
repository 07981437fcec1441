import type { CacheStore } from './cache/cache-store.ts'
import type { Engine } from './cache/engine.ts'
import { RedstartError } from './errors.ts'
import { type Health, type StoreHealth, warningsOf } from './telemetry/health.ts'

/** Asks the backend and the engine how they are. Never rejects, and takes no longer than one deadline. */
export async function checkHealth(backend: string, store: CacheStore, engine: Engine): Promise<Health> {
  const { clock, coherence, deadline } = engine
  let told: StoreHealth | undefined
  let error: RedstartError | undefined
  try {
    told = await store.health?.(deadline)
  } catch (problem) {
    error = RedstartError.is(problem) ? problem : new RedstartError('STORE_FAILED', String(problem), { cause: problem })
  }
  const pendingInvalidations = coherence.pending.size
  const { provenAt } = coherence
  const hampered = told !== undefined && (told.server?.role === 'replica' || told.breakers.open > 0)
  return {
    state: error !== undefined ? 'down' : pendingInvalidations > 0 || hampered ? 'degraded' : 'ok',
    backend,
    store: told,
    error: error?.code,
    coherenceLag: provenAt === -Infinity ? undefined : clock.now() - provenAt,
    pendingInvalidations,
    warnings: [
      ...(error === undefined ? [] : [error.message]),
      ...(told?.server === undefined ? [] : warningsOf(told.server)),
    ],
  }
}
