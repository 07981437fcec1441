import type { HttpEvent } from './http-events.ts'
import type { LimitEvent } from './limit-events.ts'
import type { SessionEvent } from './session-events.ts'
import type { SlowOperation } from './slow.ts'

/** Why a read found nothing that it could use. */
export type MissReason =
  /** Nothing is stored. */
  | 'absent'
  /** Past its `ttl` and its `stale` time. */
  | 'expired'
  /** Something it depends on was invalidated. */
  | 'invalidated'
  /** Loaded under another generation: before a flush, a restart or a failover of Redis. */
  | 'generation'
  /** The bytes under the key are not an entry of ours. */
  | 'foreign'
  /** An entry of ours that cannot be read here: damaged, of another layout, or larger than this instance takes. */
  | 'unreadable'
  /** Written for another version of the definition. */
  | 'version'
  /** Does not fit the schema. */
  | 'schema'
  /** Redis did not answer in time, and what is in memory is too old to be used without asking. */
  | 'outage'

/** Everything that Redstart tells about itself. Keys are the caller's own; values never appear. */
export type RedstartEvent =
  | SessionEvent
  | HttpEvent
  | LimitEvent
  | {
      readonly type: 'cache.hit'
      readonly namespace: string
      readonly key: string
      readonly tier: 'l1' | 'l2'
      readonly stale: boolean
    }
  | { readonly type: 'cache.miss'; readonly namespace: string; readonly key: string; readonly reason: MissReason }
  | {
      readonly type: 'cache.load'
      readonly namespace: string
      readonly key: string
      /** `abandoned`: nobody waited for it any more. */
      readonly outcome: 'loaded' | 'failed' | 'timeout' | 'abandoned'
      /** True when nobody waits for it: a refresh of a stale entry. */
      readonly background: boolean
      readonly milliseconds: number
      readonly error?: unknown
    }
  /** A read took the result of a load that another one had started. */
  | { readonly type: 'cache.join'; readonly namespace: string; readonly key: string }
  /** A load took longer than `softTimeout`, and a stale entry was served in its place; the load goes on. */
  | { readonly type: 'cache.soft-timeout'; readonly namespace: string; readonly key: string }
  /** The loader failed and a stale entry was served in its place. */
  | { readonly type: 'cache.stale-if-error'; readonly namespace: string; readonly key: string; readonly error: unknown }
  | {
      readonly type: 'cache.write'
      readonly namespace: string
      readonly key: string
      readonly outcome: WriteOutcome
      /** What is stored, header included; 0 where nothing was sent. */
      readonly bytes: number
      /** What it would be without compression; 0 where nothing was sent. */
      readonly rawBytes: number
      readonly error?: unknown
    }
  /** A value does not fit its schema: one that was stored is a miss, and one that was loaded rejects the read. */
  | {
      readonly type: 'cache.reject'
      readonly namespace: string
      readonly key: string
      readonly origin: 'stored' | 'loaded'
      /** Places and the schema's words, without the values. */
      readonly issues: readonly string[]
    }
  /** An entry was invalidated by its key. */
  | {
      readonly type: 'cache.delete'
      readonly namespace: string
      readonly key: string
      readonly reached: 'all' | 'here'
    }
  /** An entry left memory to make room; the backend still has it. */
  | { readonly type: 'cache.evict'; readonly namespace: string; readonly key: string }
  /** Something took longer than the option `slow` allows. */
  | ({ readonly type: 'cache.slow' } & SlowOperation)
  /** A damaged entry is being removed from the backend. */
  | { readonly type: 'cache.remove'; readonly namespace: string; readonly key: string; readonly reason: 'damaged' }
  | {
      readonly type: 'cache.invalidate'
      /** With their kind in front: `k:` an entry, `p:` a prefix, `t:` a tag. */
      readonly names: readonly string[]
      readonly strategy: 'immediate' | 'lazy'
      readonly reached: 'all' | 'here'
      /** True for one that another instance made and this one heard of. */
      readonly remote: boolean
    }
  /** Entries were removed by a pattern. With `widened`, all under that prefix was invalidated: an empty one is everything. */
  | {
      readonly type: 'cache.purge'
      readonly match: string
      readonly scanned: number
      readonly removed: number
      readonly widened: string | undefined
    }
  /** A function of the caller's that is only told something, or the logger, failed; nothing else did. */
  | { readonly type: 'listener.error'; readonly error: unknown }
  /** The view of invalidations began anew: every entry in memory is checked with Redis before its next use. */
  | { readonly type: 'view.reset'; readonly reason: 'first' | 'generation' | 'gap' }
  /** A warmer, or one of its items, failed. */
  | { readonly type: 'warmer.failed'; readonly warmer: string; readonly error: unknown }
  /** Invalidations of an outage reached Redis. */
  | { readonly type: 'pending.replayed'; readonly names: number }
  /** Too many invalidations in an outage: everything will be invalidated instead. */
  | { readonly type: 'pending.overflow'; readonly names: number }
  /** The backend has stopped answering: told once, until it answers again. */
  | {
      readonly type: 'store.degraded'
      /** What was the first to fail. */
      readonly operation: 'read' | 'write' | 'invalidate' | 'claim'
      readonly code: string
    }
  /** The backend answers again, and no invalidation waits for it. */
  | {
      readonly type: 'store.recovered'
      /** How long it did not. */
      readonly milliseconds: number
    }
  | {
      readonly type: 'store.error'
      readonly operation: 'read' | 'write' | 'invalidate' | 'track' | 'claim'
      readonly code: string
      readonly error: unknown
    }

/**
 * - `stored` - the backend has it.
 * - `outranked` - the backend has a newer one.
 * - `unsupported` - it could not be stored without changing it.
 * - `too-large` - above the limit.
 * - `too-many-tags` - above 64.
 * - `unreached` - the backend did not answer, or was not asked since it had not answered before or the deadline was spent.
 * - `declined` - the loader or `cacheIf` did not want it stored.
 * - `not-admitted` - it is not worth storing yet, by `admission`.
 */
export type WriteOutcome =
  | 'stored'
  | 'outranked'
  | 'unsupported'
  | 'too-large'
  | 'too-many-tags'
  | 'unreached'
  | 'declined'
  | 'not-admitted'
