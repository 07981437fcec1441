import type { Backend } from './backend.ts'
import { afterCommit, type AfterCommitOptions, type NoteInvalidation } from './cache/after-commit.ts'
import { type Cache, createCache } from './cache/cache.ts'
import type { WaitUntil } from './cache/call-options.ts'
import { createEngine, type EngineOptions } from './cache/engine.ts'
import type { InvalidationFilter, InvalidationListener } from './cache/invalidation-watch.ts'
import { checkL1, type L1Options } from './cache/l1.ts'
import { createMetrics, type Metrics } from './cache/metrics.ts'
import { type Readiness, type ReadyOptions, whenReady } from './cache/ready.ts'
import type { NamespaceConfig, NamespaceOptions } from './cache/settings.ts'
import type { InvalidationOptions, InvalidationTarget, Reached } from './cache/targets.ts'
import { createWarmers, type Warmers } from './cache/warmers.ts'
import { type Clock, systemClock } from './clock.ts'
import { type Duration, milliseconds } from './duration.ts'
import { checkFunction, checkMembers, checkObject, invalidArgument } from './errors.ts'
import { composeSessions } from './compose-sessions.ts'
import { checkHealth } from './health.ts'
import { INSTANCE_MEMBERS } from './instance-members.ts'
import { checkApp } from './keys.ts'
import { membersOf } from './members.ts'
import { memory } from './memory/index.ts'
import type { Sessions } from './session/sessions.ts'
import type { SessionData, SessionOptions } from './session/settings.ts'
import type { Health } from './telemetry/health.ts'
import type { Logger } from './telemetry/logger.ts'
import { createEvents, type Events } from './telemetry/listen.ts'
import { resolveSlow, type SlowOptions } from './telemetry/slow.ts'
import { Telemetry } from './telemetry/telemetry.ts'

/** Everything has a default: with no options at all, Redstart runs in memory. */
export interface RedstartOptions<Data extends object = SessionData> {
  /** Where data lies: `memory()`, or `redis(...)` of `@redstart/core/redis`. @default memory() */
  readonly backend?: Backend
  /** First part of every key; instances that share data share it. @default 'redstart' */
  readonly app?: string
  /** How entries are kept where neither their namespace nor the call says so. */
  readonly defaults?: NamespaceOptions
  /** How entries of these namespaces are kept; others may be used too. */
  readonly namespaces?: Readonly<Record<string, NamespaceConfig>>
  /** How long after an invalidation another instance may still serve what it hit; usually it is under 1 ms. @default '5s' */
  readonly maxStaleness?: Duration
  /**
   * `bounded`: reads use what this process knows, proven within `maxStaleness`. `strict`: every read asks the backend,
   * and sees every invalidation that ended before it began.
   * @default 'bounded'
   */
  readonly consistency?: 'bounded' | 'strict'
  /**
   * `markers`: what is invalidated through Redstart, on any instance, reaches the entries in memory. `tracking`: so does
   * every other change of an entry in Redis, by any program, by expiry or by eviction, as a rule within a millisecond and
   * else within `maxStaleness`. It costs one more connection to each master, and after each write of an entry one read of
   * it where it is used again.
   * @default 'markers'
   */
  readonly coherence?: 'markers' | 'tracking'
  /**
   * How long the backend may take of one operation, all its calls together; of many values that are set or loaded together,
   * of each. One that does not answer is not asked again by the same operation. @default '250ms'
   */
  readonly deadline?: Duration
  /**
   * What a read does while the backend does not answer. `load`: runs the loader, unless memory holds something younger
   * than `maxStaleness`. `serve`: returns what memory holds, for as long as its own `ttl` and `stale` allow; what other
   * instances invalidate meanwhile is not seen, and this is the one way to get it.
   * @default 'load'
   */
  readonly outage?: 'load' | 'serve'
  /** Bounds of what is kept in memory. */
  readonly l1?: L1Options
  /** How sessions are kept. */
  readonly sessions?: SessionOptions<Data>
  /**
   * What sessions are sealed with: 1 to 8 keys of 32 bytes, as text with commas between them or as a list; the first one
   * seals, all of them open. @default one of this process, where nothing outlives it; else none, and no sessions
   */
  readonly keys?: string | readonly string[] | undefined
  /** Where warnings go: the shape of pino. @default none */
  readonly logger?: Logger
  /** What takes so long that it is told as slow, and remembered. */
  readonly slow?: SlowOptions
  /**
   * Gets the promise of each piece of work in the background, which never rejects: for platforms that stop a process
   * between requests. A call can have its own. @default none: it just runs
   */
  readonly waitUntil?: WaitUntil
  /** For tests. @default the machine's */
  readonly clock?: Clock
  /** For tests: numbers from 0 to below 1. @default Math.random */
  readonly random?: () => number
}

const LEVELS = ['debug', 'info', 'warn', 'error'] as const
const KNOWN = membersOf<RedstartOptions>(INSTANCE_MEMBERS)

/** One instance. */
export interface Redstart<Data extends object = SessionData> {
  readonly cache: Cache
  /** Sessions; adapters put them in front of requests. */
  readonly sessions: Sessions<Data>
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
export function createRedstart<Data extends object = SessionData>(options: RedstartOptions<Data> = {}): Redstart<Data> {
  const resolved = resolveInstance(options)
  const { clock, telemetry, deadline } = resolved
  const app = checkApp(options.app ?? 'redstart')
  const backend = options.backend ?? memory()
  checkFunction('the cache contract of the backend', backend.cache)
  // One object for all contracts: stores that are opened with it share their connections.
  const context = { app, clock }
  const store = backend.cache(context)
  const { keys, sessions: sessionOptions = {} } = options
  const composed = composeSessions({ backend, context, telemetry, options: sessionOptions, keys, deadline })
  const engine = createEngine({ ...resolved, store })
  const warmers = createWarmers(clock, telemetry)
  return {
    cache: createCache(engine),
    sessions: composed.sessions,
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
      await Promise.all([warmers.close(), engine.close(), composed.close()])
    },
  }
}

/** What the engine of the cache is told, checked and with its defaults. */
function resolveInstance<Data extends object>(options: RedstartOptions<Data>): Omit<EngineOptions, 'store'> {
  checkObject('the options of createRedstart', options)
  checkMembers('the options of createRedstart', options, KNOWN)
  const clock = options.clock ?? systemClock()
  checkFunction('now of the clock', clock.now)
  checkFunction('schedule of the clock', clock.schedule)
  const { logger } = options
  if (logger !== undefined) {
    checkObject('logger', logger)
    for (const level of LEVELS) checkFunction(`${level} of the logger`, logger[level])
  }
  if (options.random !== undefined) checkFunction('random', options.random)
  const telemetry = new Telemetry({ logger, clock, slow: resolveSlow(options.slow) })
  const consistency = oneOf('consistency', options.consistency ?? 'bounded', ['bounded', 'strict'])
  const outage = oneOf('outage', options.outage ?? 'load', ['load', 'serve'])
  const coherence = oneOf('coherence', options.coherence ?? 'markers', ['markers', 'tracking'])
  checkObject('defaults', options.defaults ?? {})
  checkObject('namespaces', options.namespaces ?? {})
  if (options.waitUntil !== undefined) checkFunction('waitUntil', options.waitUntil)
  return {
    clock,
    telemetry,
    defaults: options.defaults ?? {},
    namespaces: options.namespaces ?? {},
    l1: checkL1('l1', options.l1 ?? {}),
    maxStaleness: milliseconds(options.maxStaleness ?? '5s', 'maxStaleness', 1),
    deadline: milliseconds(options.deadline ?? '250ms', 'deadline', 1),
    strict: consistency === 'strict',
    outage,
    tracking: coherence === 'tracking',
    random: options.random ?? Math.random,
    waitUntil: options.waitUntil,
  }
}

function oneOf<Word extends string>(what: string, value: Word, words: readonly [Word, Word]): Word {
  if (words.includes(value)) return value
  throw invalidArgument(what, value, `'${words[0]}' or '${words[1]}'`)
}
