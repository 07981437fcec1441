import { type Duration, milliseconds } from '../../duration.ts'
import { checkFunction, checkMembers, checkObject, invalidArgument } from '../../errors.ts'
import { checkTag } from '../../keys.ts'
import { pageOf } from './calls.ts'
import type { Purge } from './purge-sink.ts'

export interface PurgeThroughOptions {
  /** How long what is invalidated together is gathered before it is sent. @default '50ms' */
  readonly delay?: Duration
  /**
   * After which time everything is purged a second time; false for never. What a CDN fetches right after the first, it may
   * get from an instance that has not heard of the invalidation yet, or from a handler that had begun before.
   *
   * @default maxStaleness of the instance, and 5 seconds for handlers
   */
  readonly again?: Duration | false
  /**
   * A tag that every page has, to be purged where all of them may be old: the whole cache or the namespace of pages was
   * invalidated, there is no room for more names, or invalidations of others may have been missed (with `remote`).
   *
   * @default none: nothing is sent then
   */
  readonly all?: string
  /** Sends on what other instances invalidate as well, so that nothing is lost with one that dies before it has sent. @default false */
  readonly remote?: boolean
  /** Where pages are: `['https://shop.example']`. What drops a page by its path then purges its URL. @default none: tags alone */
  readonly origins?: readonly string[]
  /** The namespace of pages, as `cacheResponse` was given it. @default 'http' */
  readonly namespace?: string
  /** Most tags and URLs that wait for one sink. @default 10_000 */
  readonly maxQueued?: number
  /** How long `close()` waits for what is still to be sent. @default '5s' */
  readonly closeTimeout?: Duration
  /** Told what was not purged, and why; so is the event `purgeFailed`. */
  readonly onError?: (error: unknown, purge: Purge) => void
}

/** The same, resolved; durations are milliseconds. */
export interface PurgeThroughSettings {
  readonly delay: number
  /** Undefined for never. */
  readonly again: number | undefined
  readonly all: string | undefined
  readonly remote: boolean
  readonly origins: readonly string[]
  readonly namespace: string
  readonly maxQueued: number
  readonly closeTimeout: number
  readonly onError: (error: unknown, purge: Purge) => void
}

/** What handlers take, as a rule, in ms. */
const HANDLERS_MS = 5000

/** @throws RedstartError `INVALID_ARGUMENT` for an option that is not allowed. */
export function purgeThroughSettings(options: PurgeThroughOptions, maxStaleness: number): PurgeThroughSettings {
  checkObject('the options of purgeThrough', options)
  checkMembers('the options of purgeThrough', options, MEMBERS)
  const { again, all, remote = false, origins = [], namespace = 'http', maxQueued = 10_000 } = options
  const { onError = () => undefined } = options
  if (typeof remote !== 'boolean') throw invalidArgument('remote', remote, 'true or false')
  if (!Number.isInteger(maxQueued) || maxQueued < 1) throw invalidArgument('maxQueued', maxQueued, '1 or more')
  if (!Array.isArray(origins)) throw invalidArgument('origins', origins, 'a list of origins')
  checkFunction('onError', onError)
  return {
    delay: milliseconds(options.delay ?? 50, 'delay'),
    again: again === false ? undefined : milliseconds(again ?? maxStaleness + HANDLERS_MS, 'again', 1),
    all: all === undefined ? undefined : checkTag(all),
    remote,
    origins: origins.map(originOf),
    namespace,
    maxQueued,
    closeTimeout: milliseconds(options.closeTimeout ?? '5s', 'closeTimeout'),
    onError,
  }
}

const MEMBERS: ReadonlySet<string> = new Set<keyof PurgeThroughOptions>([
  ...(['delay', 'again', 'all', 'remote', 'origins', 'namespace', 'maxQueued', 'closeTimeout', 'onError'] as const),
])

function originOf(origin: string): string {
  if (pageOf(origin).target !== '/')
    throw invalidArgument('origins', origin, "an origin, such as 'https://shop.example'")
  return new URL(origin).origin
}
