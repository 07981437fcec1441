import type { Backend } from './backend.ts'
import type { WaitUntil } from './cache/call-options.ts'
import type { EngineOptions } from './cache/engine.ts'
import { checkL1, type L1Options } from './cache/l1.ts'
import type { NamespaceConfig, NamespaceOptions } from './cache/settings.ts'
import { type Clock, systemClock } from './clock.ts'
import { type Duration, milliseconds } from './duration.ts'
import { checkFunction, checkMembers, checkObject, invalidArgument } from './errors.ts'
import { INSTANCE_MEMBERS } from './instance-members.ts'
import { membersOf } from './members.ts'
import type { Policies } from './rate-limit/policy.ts'
import type { LimitsOptions } from './rate-limit/settings.ts'
import type { SessionData, SessionOptions } from './session/settings.ts'
import type { Logger } from './telemetry/logger.ts'
import { resolveSlow, type SlowOptions } from './telemetry/slow.ts'
import { Telemetry } from './telemetry/telemetry.ts'

/** Everything has a default: with no options at all, Redstart runs in memory. */
export interface RedstartOptions<Data extends object = SessionData, Limits extends Policies = Policies> {
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
  /** Limits of rates by their names, made by `gcra` and other functions of its kind. @default none */
  readonly policies?: Limits
  /** How limits are kept. */
  readonly limits?: LimitsOptions
  /** Where warnings go: the shape of pino. @default none */
  readonly logger?: Logger
  /** What takes so long that it is told as slow, and remembered. */
  readonly slow?: SlowOptions
  /**
   * Whether `define`, `cached` and `warmers.register` may be given a name again: where modules are evaluated more than once
   * in a process, as bundlers and hot reload do. Each definition then has its own loader, over the same entries; of warmers
   * the newest takes the place of the one before. @default false
   */
  readonly redefine?: boolean
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

/** What the engine of the cache is told, checked and with its defaults. */
export function resolveInstance<Data extends object>(options: RedstartOptions<Data>): Omit<EngineOptions, 'store'> {
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
  checkBoolean('redefine', options.redefine ?? false)
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

function checkBoolean(what: string, value: unknown): void {
  if (typeof value !== 'boolean') throw invalidArgument(what, value, 'true or false')
}

function oneOf<Word extends string>(what: string, value: Word, words: readonly [Word, Word]): Word {
  if (words.includes(value)) return value
  throw invalidArgument(what, value, `'${words[0]}' or '${words[1]}'`)
}
