import type { Backend } from './backend.ts'
import { type Cache, createCache } from './cache/cache.ts'
import { createEngine } from './cache/engine.ts'
import type { L1Options } from './cache/l1.ts'
import { type Readiness, type ReadyOptions, whenReady } from './cache/ready.ts'
import type { NamespaceOptions } from './cache/settings.ts'
import type { InvalidationOptions, InvalidationTarget, Reached } from './cache/targets.ts'
import { createWarmers, type Warmers } from './cache/warmers.ts'
import { type Clock, systemClock } from './clock.ts'
import { type Duration, milliseconds } from './duration.ts'
import { checkFunction, checkObject, invalidArgument } from './errors.ts'
import { checkHealth } from './health.ts'
import { checkApp } from './keys.ts'
import { memory } from './memory/index.ts'
import type { Health } from './telemetry/health.ts'
import type { Logger } from './telemetry/logger.ts'
import { type EventListener, Telemetry } from './telemetry/telemetry.ts'

/** Everything has a default: with no options at all, Redstart runs in memory. */
export interface RedstartOptions {
  /** Where data lies: `memory()`, or `redis(...)` of `@redstart/core/redis`. @default memory() */
  readonly backend?: Backend
  /** First part of every key; instances that share data share it. @default 'redstart' */
  readonly app?: string
  /** Defaults of namespaces; others may be used too. */
  readonly namespaces?: Readonly<Record<string, NamespaceOptions>>
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
  /** How long the backend may take of one operation, all its calls together. @default '250ms' */
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
  /** Where warnings go: the shape of pino. @default none */
  readonly logger?: Logger
  /** For tests. @default the machine's */
  readonly clock?: Clock
}

/** One instance. */
export interface Redstart {
  readonly cache: Cache
  /**
   * Invalidates by tags, keys, namespace or prefix, in one trip for any number of them. Afterwards no read on this
   * instance returns data whose load began before, nor, after `maxStaleness`, on any other.
   *
   * @throws RedstartError `INVALID_ARGUMENT`, or `NOT_REACHED` with `require: 'all'`.
   */
  invalidate(target: InvalidationTarget, options?: InvalidationOptions): Promise<Reached>
  readonly events: {
    /** Hears every event of this instance; returns how to stop. The same events are on the diagnostics channel `redstart:event`. */
    subscribe(listener: EventListener): () => void
  }
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
export function createRedstart(options: RedstartOptions = {}): Redstart {
  checkObject('the options of createRedstart', options)
  const clock = options.clock ?? systemClock()
  const telemetry = new Telemetry(options.logger)
  const consistency = options.consistency ?? 'bounded'
  if (consistency !== 'bounded' && consistency !== 'strict')
    throw invalidArgument('consistency', consistency, "'bounded' or 'strict'")
  const outage = options.outage ?? 'load'
  if (outage !== 'load' && outage !== 'serve') throw invalidArgument('outage', outage, "'load' or 'serve'")
  const coherence = options.coherence ?? 'markers'
  if (coherence !== 'markers' && coherence !== 'tracking')
    throw invalidArgument('coherence', coherence, "'markers' or 'tracking'")
  checkObject('namespaces', options.namespaces ?? {})
  const app = checkApp(options.app ?? 'redstart')
  const resolved = {
    clock,
    telemetry,
    namespaces: options.namespaces ?? {},
    l1: checkL1(options.l1 ?? {}),
    maxStaleness: milliseconds(options.maxStaleness ?? '5s', 'maxStaleness', 1),
    deadline: milliseconds(options.deadline ?? '250ms', 'deadline', 1),
    strict: consistency === 'strict',
    outage,
    tracking: coherence === 'tracking',
  }
  const backend = options.backend ?? memory()
  checkFunction('the cache contract of the backend', backend.cache)
  const store = backend.cache({ app, clock })
  const engine = createEngine({ ...resolved, store })
  const warmers = createWarmers(clock, telemetry)
  return {
    cache: createCache(engine),
    async invalidate(target, how) {
      engine.checkOpen()
      return engine.invalidator.invalidate(target, how)
    },
    events: {
      subscribe(listener) {
        checkFunction('an event listener', listener)
        return telemetry.subscribe(listener)
      },
    },
    ready: (how) => whenReady(engine, how),
    warmers,
    health: () => checkHealth(backend.name, store, engine),
    async close() {
      await warmers.close()
      await engine.close()
    },
  }
}

/** Room for entries is taken beforehand. */
const MOST_L1_ENTRIES = 10_000_000

function checkBound(what: string, value: number | undefined, most: number): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= 1 && value <= most)) return
  throw invalidArgument(what, value, `a whole number of at least 1 and at most ${most}`)
}

function checkL1(options: L1Options): L1Options {
  checkObject('l1', options)
  const { maxEntries, maxBytes } = options
  checkBound('l1.maxEntries', maxEntries, MOST_L1_ENTRIES)
  checkBound('l1.maxBytes', maxBytes, Number.MAX_SAFE_INTEGER)
  return { ...(maxEntries !== undefined && { maxEntries }), ...(maxBytes !== undefined && { maxBytes }) }
}
