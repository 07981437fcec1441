import type { Clock } from '../clock.ts'
import { type Duration, milliseconds } from '../duration.ts'
import { checkMembers, checkObject, invalidArgument, RedstartError } from '../errors.ts'
import { checkNamespace, checkPath, DEFAULT_NAMESPACE, type Key, type KeyPart, keyText } from '../keys.ts'
import type { Coherence } from '../invalidation/coherence.ts'
import type { Reach } from '../invalidation/outgoing.ts'
import { EVERYTHING, keyName, type Name, namespaceOf, prefixName, tagNames } from '../invalidation/names.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import { type Settling, SettlingList } from './settling.ts'

/** What to invalidate: whatever is named here, all of it at one moment. At least one thing must be named. */
export interface InvalidationTarget {
  /** Every entry that has one of these tags. */
  readonly tags?: readonly string[]
  /** Entries by their whole key, `namespace:key`. */
  readonly keys?: readonly Key[]
  /** Every entry of a namespace. */
  readonly namespace?: string
  /** Every entry of these namespaces. */
  readonly namespaces?: readonly string[]
  /**
   * Every entry whose key begins so: a string that ends at a `:` and holds at most eight of them, or the first parts of
   * keys that are arrays. Any other pattern is for `cache.purge`.
   */
  readonly prefix?: Prefix
  /** The same for several. */
  readonly prefixes?: readonly Prefix[]
}

/** The beginning of keys: a string that ends at a `:`, or the first parts of keys that are arrays. */
export type Prefix = string | readonly KeyPart[]

/** How an invalidation takes effect, and what the caller insists on. */
export interface InvalidationOptions {
  /**
   * `immediate`: entries are gone. `lazy`: they are stale, so they may be served once more while they are refreshed.
   * @default 'immediate'
   */
  readonly strategy?: 'immediate' | 'lazy'
  /**
   * Invalidates once more after so long, because loaders read from a replica of the database that lags behind: what they
   * load meanwhile may still be old. The promise does not wait for it. It is sent again where the backend does not answer,
   * made at once by `close()`, and lost with the process. @default none
   */
  readonly settle?: Duration
  /** With `all`, an invalidation that does not reach the backend throws `NOT_REACHED`; it is sent again all the same. */
  readonly require?: 'all'
}

/**
 * Where an invalidation has got to. `all`: no instance returns what it hit, beyond `maxStaleness`. `here`: the backend
 * did not answer; it holds in this instance and is sent again before anything is read from the backend.
 */
export interface Reached {
  readonly reached: 'all' | 'here'
}

const TARGET_MEMBERS: ReadonlySet<string> = new Set<keyof InvalidationTarget>([
  'tags',
  'keys',
  'namespace',
  'namespaces',
  'prefix',
  'prefixes',
])
const OPTION_MEMBERS: ReadonlySet<string> = new Set<keyof InvalidationOptions>(['strategy', 'settle', 'require'])

/** Names of one invalidation: they are raised in one step of the server, which must stay short. */
export const MOST_NAMES = 10_000

/** An invalidation that a caller asked for, checked. */
export interface Asked extends Settling {
  /** Milliseconds; undefined for none. */
  readonly settle: number | undefined
  readonly require: 'all' | undefined
}

/** Invalidates on behalf of users. */
export class Invalidator {
  readonly #coherence: Coherence
  readonly #telemetry: Telemetry
  readonly #settling: SettlingList

  constructor(coherence: Coherence, telemetry: Telemetry, clock: Clock) {
    this.#coherence = coherence
    this.#telemetry = telemetry
    this.#settling = new SettlingList(clock, telemetry, ({ names, strategy, unlink }) =>
      this.raise(names, strategy, unlink),
    )
  }

  /**
   * Invalidates what a target names.
   *
   * @throws RedstartError `INVALID_ARGUMENT` when it names nothing or something that is not allowed, `NOT_REACHED` as
   *   {@link InvalidationOptions.require} says.
   */
  async invalidate(target: InvalidationTarget, options: InvalidationOptions = {}): Promise<Reached> {
    return this.make(askedOf(target, options))
  }

  /** Makes a checked invalidation. */
  async make({ names, strategy, unlink, settle, require }: Asked): Promise<Reached> {
    const { reached } = await this.raise(names, strategy, unlink)
    if (settle !== undefined) this.#settling.add({ names, strategy, unlink }, settle)
    if (reached === 'here' && require === 'all') {
      throw new RedstartError(
        'NOT_REACHED',
        `the invalidation of ${names.length} names did not reach the backend; it holds here and is sent again, but other instances may serve old data until then`,
      )
    }
    return { reached }
  }

  /**
   * Invalidates names, and tells.
   *
   * @param deadline the backend's time in ms from which a lazy invalidation counts as an immediate one.
   */
  async raise(
    names: readonly Name[],
    strategy: 'immediate' | 'lazy',
    unlink: readonly string[],
    deadline: number = Infinity,
  ): Promise<Reach> {
    const begun = this.#telemetry.now()
    const reach = await this.#coherence.invalidate({
      names,
      kind: strategy === 'lazy' ? 'soft' : 'hard',
      deadline,
      unlink,
    })
    this.#telemetry.invalidated(namespaceOf(names), begun)
    if (this.#telemetry.hears('cache.invalidate') || reach.reached === 'here') {
      this.#telemetry.emit({ type: 'cache.invalidate', names, strategy, reached: reach.reached, remote: false })
    }
    return reach
  }

  async everything(): Promise<Reached> {
    const { reached } = await this.raise([EVERYTHING], 'immediate', [])
    return { reached }
  }

  /** Makes at once what would have been made later. */
  async close(): Promise<void> {
    await this.#settling.close()
  }
}

/** @throws RedstartError `INVALID_ARGUMENT` for a target or an option that is not allowed. */
export function askedOf(target: InvalidationTarget, options: InvalidationOptions): Asked {
  checkObject('the target of invalidate', target)
  checkObject('the options of invalidate', options)
  if ('match' in target)
    throw invalidArgument('match', target.match, 'no pattern here: cache.purge({ match }) removes entries by one')
  checkMembers('the target of invalidate', target, TARGET_MEMBERS)
  checkMembers('the options of invalidate', options, OPTION_MEMBERS)
  const names = namesOf(target)
  const { strategy = 'immediate', settle, require } = options
  if (strategy !== 'immediate' && strategy !== 'lazy')
    throw invalidArgument('strategy', strategy, "'immediate' or 'lazy'")
  if (require !== undefined && require !== 'all') throw invalidArgument('require', require, "'all' or nothing")
  return {
    names,
    strategy,
    unlink: strategy === 'immediate' ? (target.keys ?? []).map(fullPath) : [],
    settle: settle === undefined ? undefined : milliseconds(settle, 'settle', 1),
    require,
  }
}

function namesOf(target: InvalidationTarget): Name[] {
  const { tags, keys, namespace, namespaces, prefix, prefixes } = target
  const names = [
    ...tagNames(tags ?? []),
    ...list('keys', keys ?? []).map((key) => keyName(fullPath(key))),
    ...[...list('namespaces', namespaces ?? []), ...given(namespace)].map((name) =>
      prefixName(`${checkNamespace(name)}:`),
    ),
    ...[...list('prefixes', prefixes ?? []), ...given(prefix)].map(nameOfPrefix),
  ]
  if (names.length === 0)
    throw invalidArgument('the target of invalidate', target, 'at least one tag, key, namespace or prefix')
  if (names.length > MOST_NAMES)
    throw invalidArgument(
      'the target of invalidate',
      target,
      `at most ${MOST_NAMES} names, not ${names.length}: use a coarser tag`,
    )
  return [...new Set(names)]
}

/** The name of all entries under a prefix. */
export function nameOfPrefix(prefix: Prefix): Name {
  return prefixName(Array.isArray(prefix) ? `${keyText(prefix)}:` : prefix)
}

function given<T>(one: T | undefined): readonly T[] {
  return one === undefined ? [] : [one]
}

function list<T>(what: string, words: readonly T[]): readonly T[] {
  if (Array.isArray(words)) return words as readonly T[] // isArray makes it any[]; each word is checked later
  throw invalidArgument(what, words, what === 'keys' ? 'an array of strings' : 'an array')
}

/** The path of a key that names its own namespace; one without a `:` is in the default namespace. */
export function fullPath(key: Key): string {
  return checkPath(rawPath(keyText(key)), key)
}

/** Like {@link fullPath}, not checked. */
export function rawPath(text: string): string {
  return text.includes(':') ? text : `${DEFAULT_NAMESPACE}:${text}`
}
