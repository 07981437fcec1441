import { afterCommit, type AfterCommitOptions, type NoteInvalidation } from './cache/after-commit.ts'
import { noteEngine } from './cache/byte-entries.ts'
import { type Cache, createCache } from './cache/cache.ts'
import { createEngine } from './cache/engine.ts'
import type { InvalidationFilter, InvalidationListener } from './cache/invalidation-watch.ts'
import { createMetrics, type Metrics } from './cache/metrics.ts'
import { type Readiness, type ReadyOptions, whenReady } from './cache/ready.ts'
import type { InvalidationOptions, InvalidationTarget, Reached } from './cache/targets.ts'
import { createWarmers, type Warmers } from './cache/warmers.ts'
import { checkFunction } from './errors.ts'
import { composeLimits } from './compose-limits.ts'
import { composeSessions } from './compose-sessions.ts'
import { checkHealth } from './health.ts'
import { checkApp } from './keys.ts'
import { memory } from './memory/index.ts'
import type { Limiter } from './rate-limit/limiter.ts'
import type { Policies } from './rate-limit/policy.ts'
import { type RedstartOptions, resolveInstance } from './redstart-options.ts'
import type { Sessions } from './session/sessions.ts'
import type { SessionData } from './session/settings.ts'
import type { Health } from './telemetry/health.ts'
import { createEvents, type Events } from './telemetry/listen.ts'

/** One instance. */
export interface Redstart<Data extends object = SessionData, Limits extends Policies = Policies> {
  readonly cache: Cache
  /** Sessions; adapters put them in front of requests. */
  readonly sessions: Sessions<Data>
  /** Limits rates; adapters put it in front of requests. */
  readonly limiter: Limiter<Limits>
  /**
   * Invalidates by tags, keys, namespaces or prefixes, in one trip for any number of them. Afterwards no read on this
   * instance returns data whose load began before, nor, after `maxStaleness`, on any other.
   *
   * @throws RedstartError `INVALID_ARGUMENT`, or `NOT_REACHED` with `require: 'all'`.
   */
  invalidate(target: InvalidationTarget, options?: InvalidationOptions): Promise<Reached>
  /**
   * Runs a transaction and, once its promise has resolved, makes the invalidations that were noted in it, in one trip. It
   * resolves to what the transaction returned, after the invalidations; where it rejects, none is made.
   *
   * ```ts
   * const order = await redstart.invalidateAfterCommit((invalidate) =>
   *   db.transaction(async (tx) => {
   *     const order = await tx.insertOrder(input)
   *     invalidate({ tags: ['orders'], keys: [`customer:${order.customer}`] })
   *     return order
   *   }),
   * )
   * ```
   *
   * After, because a load between an invalidation and the commit would read what is about to change and be newer than
   * the invalidation. Loads that begin after the commit see what it changed; those that began before are hidden by the
   * invalidation; between the two, readers may still get the old entry.
   *
   * A process that ends in between never makes the invalidations, and `maxStaleness` does not help: old entries then live
   * until their `ttl` is over. Where that is too long, invalidate before the transaction as well, which leaves what is
   * loaded while it runs; or write the invalidations into a table in the same transaction, and have a job make what it
   * finds there. A commit whose outcome is not known, as when the connection is lost, rejects as well: invalidate
   * yourself then, it costs a load. Where transactions nest, hand the outer `invalidate` down, since an inner one is not
   * committed when it ends.
   *
   * An invalidation that does not reach the backend never hides the transaction's result: `onReached` and the events
   * tell, and it is sent again.
   */
  invalidateAfterCommit<T>(
    transaction: (invalidate: NoteInvalidation) => T | Promise<T>,
    options?: AfterCommitOptions,
  ): Promise<T>
  /**
   * Tells every invalidation that this instance makes or hears of, by key (`set` and `delete` too), tag, prefix or
   * namespace; returns how to stop. At most once: word of another instance's may be lost. Where some may have been, the
   * listener is told `missed`, within `maxStaleness` while the backend answers. Others' are heard from the moment that
   * the backend has answered for the first time; while there are listeners it is asked every half `maxStaleness`.
   *
   * What a listener throws is told as an event, the first time, and disturbs nothing.
   *
   * @throws RedstartError `INVALID_ARGUMENT` for a filter that is not allowed.
   */
  onInvalidate(listener: InvalidationListener, filter?: InvalidationFilter): () => void
  /** What happens, as it happens. */
  readonly events: Events
  /** What was measured since the start. */
  readonly metrics: Metrics
  /** Connects and waits until the backend answers, for a service that wants to know at its start; nobody has to. */
  ready(options?: ReadyOptions): Promise<Readiness>
  /** Loads what will be needed before it is. */
  readonly warmers: Warmers
  /** How the instance and its backend are; asks the backend, never rejects, and takes no longer than one deadline. */
  health(): Promise<Health>
  /** Ends what the instance holds open, after the loads that run. */
  close(): Promise<void>
}

/**
 * Creates an instance. Nothing connects before its first use.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for an option that is not allowed, `UNSUPPORTED` for one that the backend
 *   cannot do.
 */
export function createRedstart<Data extends object = SessionData, Limits extends Policies = Policies>(
  options: RedstartOptions<Data, Limits> = {},
): Redstart<Data, Limits> {
  const resolved = resolveInstance(options)
  const { clock, telemetry, deadline } = resolved
  const { redefine = false } = options
  const app = checkApp(options.app ?? 'redstart')
  const backend = options.backend ?? memory()
  checkFunction('the cache contract of the backend', backend.cache)
  // One object for all contracts: stores that are opened with it share their connections.
  const context = { app, clock }
  const store = backend.cache(context)
  const { keys, sessions: sessionOptions = {} } = options
  const composed = composeSessions({ backend, context, telemetry, options: sessionOptions, keys, deadline })
  const { limits: limitOptions = {} } = options
  // Where there are none, none are needed.
  const policies = options.policies ?? ({} as Limits)
  const limits = composeLimits({ backend, context, telemetry, policies, options: limitOptions, deadline })
  const engine = createEngine({ ...resolved, store })
  const warmers = createWarmers(clock, telemetry, redefine)
  return {
    cache: noteEngine(createCache(engine, redefine), engine),
    sessions: composed.sessions,
    limiter: limits.limiter,
    async invalidate(target, how) {
      engine.checkOpen()
      return engine.invalidator.invalidate(target, how)
    },
    async invalidateAfterCommit(transaction, how) {
      engine.checkOpen()
      return afterCommit(engine, transaction, how)
    },
    onInvalidate(listener, filter) {
      engine.checkOpen()
      return engine.watch.on(listener, filter)
    },
    events: createEvents(telemetry),
    metrics: createMetrics(engine),
    ready: (how) => whenReady(engine, how),
    warmers,
    health: () => checkHealth(backend.name, store, engine),
    async close() {
      // Both at once: from now on nothing is begun.
      await Promise.all([warmers.close(), engine.close(), composed.close(), limits.close()])
    },
  }
}
