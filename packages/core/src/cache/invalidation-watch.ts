import type { Cancel, Clock } from '../clock.ts'
import { checkFunction, checkMembers, checkObject, invalidArgument, RedstartError } from '../errors.ts'
import type { Coherence } from '../invalidation/coherence.ts'
import { EVERYTHING, type Name, tagNames } from '../invalidation/names.ts'
import { checkNamespace, type Key } from '../keys.ts'
import type { RedstartEvent } from '../telemetry/events.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import { fullPath, nameOfPrefix, type Prefix } from './targets.ts'

/** An invalidation that this instance made or heard of. */
export interface InvalidationHeard {
  readonly type: 'invalidated'
  readonly tags: readonly string[]
  /** Whole keys: `namespace:key`. */
  readonly keys: readonly string[]
  /** Each ends at a `:`; a namespace is one. */
  readonly prefixes: readonly string[]
  /** The whole cache. */
  readonly everything: boolean
  readonly strategy: 'immediate' | 'lazy'
  /** `here` for an own one that waits for the backend. */
  readonly reached: 'all' | 'here'
  /** True for one that another instance made. */
  readonly remote: boolean
}

/** What a listener is told: an invalidation, or that some of other instances' may not have been heard: expect any. */
export type InvalidationNotice = InvalidationHeard | { readonly type: 'missed' }

/**
 * Which invalidations a listener wants to hear of: those that can hit what is named here, that is also what is above and
 * below it (of `orders:` the key `orders:1`, the prefix `orders:1:` and the whole cache). A tag is only a tag: what has it
 * is not known. Everything where nothing is named.
 */
export interface InvalidationFilter {
  /** These tags. */
  readonly tags?: readonly string[]
  /** Whole keys, `namespace:key`. */
  readonly keys?: readonly Key[]
  /** A namespace. */
  readonly namespace?: string
  /** The beginning of keys, as in `invalidate`. */
  readonly prefix?: Prefix
  /** Own ones. @default true */
  readonly local?: boolean
  /** Those of other instances. @default true */
  readonly remote?: boolean
}

const FILTER_MEMBERS: ReadonlySet<string> = new Set<keyof InvalidationFilter>([
  'tags',
  'keys',
  'namespace',
  'prefix',
  'local',
  'remote',
])

export type InvalidationListener = (notice: InvalidationNotice) => void | Promise<void>

export interface InvalidationWatchParts {
  readonly coherence: Coherence
  readonly telemetry: Telemetry
  readonly clock: Clock
  /** Milliseconds. */
  readonly maxStaleness: number
}

/** Tells listeners of invalidations, and keeps the view proven while they wait for those of others. */
export class InvalidationWatch {
  readonly #parts: InvalidationWatchParts
  /** How many listeners wait for others' invalidations. */
  #waiting = 0
  #timer: Cancel | undefined

  constructor(parts: InvalidationWatchParts) {
    this.#parts = parts
  }

  /** See `Redstart.onInvalidate`. */
  on(listener: InvalidationListener, filter: InvalidationFilter = {}): () => void {
    checkFunction('the listener of onInvalidate', listener)
    const wants = wantsOf(filter)
    const remote = filter.remote !== false
    const stop = this.#parts.telemetry.watch((event) => {
      const notice = noticeOf(event, filter, wants)
      return notice === undefined ? undefined : listener(notice)
    })
    if (remote) this.#wait()
    let stopped = false
    return () => {
      if (stopped) return
      stopped = true
      stop()
      if (remote) this.#waitNoMore()
    }
  }

  close(): void {
    this.#timer?.()
    this.#timer = undefined
    this.#waiting = 0
  }

  #wait(): void {
    this.#waiting += 1
    if (this.#waiting === 1) this.#keepAwake()
  }

  #waitNoMore(): void {
    this.#waiting -= 1
    if (this.#waiting <= 0) this.close()
  }

  /** Word of others comes on a connection that the first question opens; whether any was lost only a question tells. */
  #keepAwake(): void {
    const { coherence, clock, maxStaleness } = this.#parts
    coherence.refresh()
    this.#timer = clock.schedule(Math.max(1, maxStaleness / 2), () => this.#keepAwake())
  }
}

/** Decides by a name whether an invalidation is wanted. */
type Wants = (name: Name) => boolean

function wantsOf(filter: InvalidationFilter): Wants {
  checkObject('the filter of onInvalidate', filter)
  checkMembers('the filter of onInvalidate', filter, FILTER_MEMBERS)
  const { tags, keys, namespace, prefix, local = true, remote = true } = filter
  if (typeof local !== 'boolean') throw invalidArgument('local', local, 'true or false')
  if (typeof remote !== 'boolean') throw invalidArgument('remote', remote, 'true or false')
  if (!local && !remote)
    throw new RedstartError('INVALID_ARGUMENT', 'the filter of onInvalidate wants neither local nor remote ones')
  if (keys !== undefined && !Array.isArray(keys)) throw invalidArgument('keys', keys, 'an array of strings')
  if (tags === undefined && keys === undefined && namespace === undefined && prefix === undefined) return () => true
  const wantedTags = new Set(tagNames(tags ?? []))
  const paths = (keys ?? []).map(fullPath)
  const prefixes = [
    ...(namespace === undefined ? [] : [`${checkNamespace(namespace)}:`]),
    ...(prefix === undefined ? [] : [nameOfPrefix(prefix).slice(EVERYTHING.length)]),
  ]
  return (name) => {
    const text = name.slice(2)
    if (name.startsWith('t:')) return wantedTags.has(name)
    if (name.startsWith('k:')) return paths.includes(text) || prefixes.some((each) => text.startsWith(each))
    return (
      paths.some((path) => path.startsWith(text)) ||
      prefixes.some((each) => each.startsWith(text) || text.startsWith(each)) ||
      text === ''
    )
  }
}

function noticeOf(event: RedstartEvent, filter: InvalidationFilter, wants: Wants): InvalidationNotice | undefined {
  if (event.type === 'view.reset')
    return filter.remote === false || event.reason === 'first' ? undefined : { type: 'missed' }
  if (event.type !== 'cache.invalidate' || (event.remote ? filter.remote : filter.local) === false) return undefined
  const { names, strategy, reached, remote } = event
  if (!names.some(wants)) return undefined
  const behind = (kind: string): string[] =>
    names.filter((name) => name.startsWith(kind) && name !== EVERYTHING).map((name) => name.slice(kind.length))
  const everything = names.includes(EVERYTHING)
  const [tags, keys, prefixes] = [behind('t:'), behind('k:'), behind('p:')]
  return { type: 'invalidated', tags, keys, prefixes, everything, strategy, reached, remote }
}
