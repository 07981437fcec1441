import { checkObject, invalidArgument, RedstartError } from '../errors.ts'
import { checkNamespace, checkPath, DEFAULT_NAMESPACE, type Key, type KeyPart, keyText } from '../keys.ts'
import type { Coherence } from '../invalidation/coherence.ts'
import type { Reach } from '../invalidation/outgoing.ts'
import { EVERYTHING, keyName, type Name, prefixName, tagNames } from '../invalidation/names.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'

/** What to invalidate: whatever is named here, all of it at one moment. At least one thing must be named. */
export interface InvalidationTarget {
  /** Every entry that has one of these tags. */
  readonly tags?: readonly string[]
  /** Entries by their whole key, `namespace:key`. */
  readonly keys?: readonly Key[]
  /** Every entry of a namespace. */
  readonly namespace?: string
  /**
   * Every entry whose key begins so: a string that ends at a `:` and holds at most eight of them, or the first parts of
   * keys that are arrays.
   */
  readonly prefix?: string | readonly KeyPart[]
}

/** How an invalidation takes effect, and what the caller insists on. */
export interface InvalidationOptions {
  /**
   * `immediate`: entries are gone. `lazy`: they are stale, so they may be served once more while they are refreshed.
   * @default 'immediate'
   */
  readonly strategy?: 'immediate' | 'lazy'
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

/** Names of one invalidation: they are raised in one step of the server, which must stay short. */
const MOST_NAMES = 10_000

/** Invalidates on behalf of users. */
export class Invalidator {
  readonly #coherence: Coherence
  readonly #telemetry: Telemetry

  constructor(coherence: Coherence, telemetry: Telemetry) {
    this.#coherence = coherence
    this.#telemetry = telemetry
  }

  /**
   * Invalidates what a target names.
   *
   * @throws RedstartError `INVALID_ARGUMENT` when it names nothing or something that is not allowed, `NOT_REACHED` as
   *   {@link InvalidationOptions.require} says.
   */
  async invalidate(target: InvalidationTarget, options: InvalidationOptions = {}): Promise<Reached> {
    checkObject('the target of invalidate', target)
    checkObject('the options of invalidate', options)
    const names = namesOf(target)
    const strategy = options.strategy ?? 'immediate'
    if (strategy !== 'immediate' && strategy !== 'lazy')
      throw invalidArgument('strategy', strategy, "'immediate' or 'lazy'")
    if (options.require !== undefined && options.require !== 'all')
      throw invalidArgument('require', options.require, "'all' or nothing")
    const unlink = strategy === 'immediate' ? (target.keys ?? []).map(fullPath) : []
    const { reached } = await this.raise(names, strategy, unlink)
    if (reached === 'here' && options.require === 'all') {
      throw new RedstartError(
        'NOT_REACHED',
        `the invalidation of ${names.length} names did not reach the backend; it holds here and is sent again, but other instances may serve old data until then`,
      )
    }
    return { reached }
  }

  /** Invalidates names, and tells. */
  async raise(names: readonly Name[], strategy: 'immediate' | 'lazy', unlink: readonly string[]): Promise<Reach> {
    const reach = await this.#coherence.invalidate({
      names,
      kind: strategy === 'lazy' ? 'soft' : 'hard',
      deadline: Infinity,
      unlink,
    })
    if (this.#telemetry.listening || reach.reached === 'here') {
      this.#telemetry.emit({ type: 'cache.invalidate', names, strategy, reached: reach.reached, remote: false })
    }
    return reach
  }

  async everything(): Promise<Reached> {
    const { reached } = await this.raise([EVERYTHING], 'immediate', [])
    return { reached }
  }
}

function namesOf(target: InvalidationTarget): Name[] {
  const { tags, keys, namespace, prefix } = target
  const names = [
    ...tagNames(tags ?? []),
    ...list(keys ?? []).map((key) => keyName(fullPath(key))),
    ...(namespace === undefined ? [] : [prefixName(`${checkNamespace(namespace)}:`)]),
    ...(prefix === undefined ? [] : [prefixName(Array.isArray(prefix) ? `${keyText(prefix)}:` : prefix)]),
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

function list(words: readonly Key[]): readonly Key[] {
  if (Array.isArray(words)) return words as readonly Key[] // isArray makes it any[]; each word is checked later
  throw invalidArgument('keys', words, 'an array of strings')
}

/** The path of a key that names its own namespace; one without a `:` is in the default namespace. */
function fullPath(key: Key): string {
  return checkPath(rawPath(keyText(key)), key)
}

/** Like {@link fullPath}, not checked. */
export function rawPath(text: string): string {
  return text.includes(':') ? text : `${DEFAULT_NAMESPACE}:${text}`
}
