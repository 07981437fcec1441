import type { Backend, StoreContext } from '../backend.ts'
import { checkMembers, checkObject, invalidArgument } from '../errors.ts'
import { membersOf } from '../members.ts'
import { MemoryCacheStore } from './cache-store.ts'
import { MemoryData } from './data.ts'
import { MemoryLimitStore } from './limits/limit-store.ts'
import { MemorySessionStore } from './sessions/session-store.ts'

/** Bounds of the memory backend, each for one app. */
export interface MemoryOptions {
  /**
   * Names whose invalidations are remembered. The oldest are forgotten first, and entries that are older than those become
   * misses: of a key or a prefix the entries of its namespace and what was made from them, of a tag or everything all.
   * @default 100_000
   */
  readonly markers?: number
  /**
   * Entries kept; the least recently used goes first.
   * @default 100_000
   */
  readonly maxEntries?: number
  /**
   * Bytes of entries kept, keys and bookkeeping included; the least recently used goes first.
   * @default 268_435_456 (256 MiB)
   */
  readonly maxBytes?: number
  /**
   * Sessions kept in each namespace of them. Of those of visitors the hundredth part that ends soonest goes first; where
   * all are of signed-in users, no other is created.
   * @default 100_000
   */
  readonly maxSessions?: number
  /**
   * Keys of limits that are counted apart; where none of them has run out, those that come new share what is counted for all
   * of these together.
   * @default 100_000
   */
  readonly maxLimits?: number
}

const KNOWN = membersOf<MemoryOptions>({
  markers: true,
  maxEntries: true,
  maxBytes: true,
  maxSessions: true,
  maxLimits: true,
})

/**
 * A backend that keeps everything in this process. The data belongs to the returned value: stores opened over the same
 * value with the same app share it and hear each other's invalidations and revocations; it is gone with the value.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for a bound that is not a positive whole number.
 */
export function memory(options: MemoryOptions = {}): Backend {
  checkObject('the options of memory', options)
  checkMembers('the options of memory', options, KNOWN)
  const bounds = {
    markers: positive(options.markers ?? 100_000, 'markers'),
    maxEntries: positive(options.maxEntries ?? 100_000, 'maxEntries'),
    maxBytes: positive(options.maxBytes ?? 256 * 1024 * 1024, 'maxBytes'),
    maxSessions: positive(options.maxSessions ?? 100_000, 'maxSessions'),
    maxLimits: positive(options.maxLimits ?? 100_000, 'maxLimits'),
  }
  const apps = new Map<string, MemoryData>()
  const dataOf = ({ app, clock }: StoreContext): MemoryData => {
    const data = apps.get(app) ?? new MemoryData(clock, bounds)
    apps.set(app, data)
    return data
  }
  return {
    name: 'memory',
    cache: (context) => new MemoryCacheStore(dataOf(context)),
    sessions(context, { namespace }) {
      const data = dataOf(context)
      return new MemorySessionStore(data.sessions(namespace), () => data.time())
    },
    limits(context) {
      const data = dataOf(context)
      return new MemoryLimitStore(data.limits, () => Math.floor(data.time() * 1000))
    },
  }
}

function positive(value: number, what: string): number {
  if (!Number.isSafeInteger(value) || value < 1)
    throw invalidArgument(`memory: ${what}`, value, 'a whole number of at least 1')
  return value
}
