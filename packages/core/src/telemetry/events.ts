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
  /** An entry of ours that this version cannot read: damaged, or of another layout. */
  | 'unreadable'
  /** Redis did not answer in time, and what is in memory is too old to be used without asking. */
  | 'outage'

/** Everything that Redstart tells about itself. Keys are the caller's own; values never appear. */
export type RedstartEvent =
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
      readonly outcome: 'loaded' | 'failed' | 'timeout'
      /** True when nobody waits for it: a refresh of a stale entry. */
      readonly background: boolean
      readonly milliseconds: number
      readonly error?: unknown
    }
  /** A read took the result of a load that another one had started. */
  | { readonly type: 'cache.join'; readonly namespace: string; readonly key: string }
  /** The loader failed and a stale entry was served in its place. */
  | { readonly type: 'cache.stale-if-error'; readonly namespace: string; readonly key: string; readonly error: unknown }
  | {
      readonly type: 'cache.write'
      readonly namespace: string
      readonly key: string
      readonly outcome: WriteOutcome
      readonly bytes: number
      readonly error?: unknown
    }
  | {
      readonly type: 'cache.invalidate'
      /** With their kind in front: `k:` an entry, `p:` a prefix, `t:` a tag. */
      readonly names: readonly string[]
      readonly strategy: 'immediate' | 'lazy'
      readonly reached: 'all' | 'here'
      /** True for one that another instance made and this one heard of. */
      readonly remote: boolean
    }
  /** The view of invalidations began anew: every entry in memory is checked with Redis before its next use. */
  | { readonly type: 'view.reset'; readonly reason: 'first' | 'generation' | 'gap' }
  /** A warmer, or one of its items, failed. */
  | { readonly type: 'warmer.failed'; readonly warmer: string; readonly error: unknown }
  /** Invalidations of an outage reached Redis. */
  | { readonly type: 'pending.replayed'; readonly names: number }
  /** Too many invalidations in an outage: everything will be invalidated instead. */
  | { readonly type: 'pending.overflow'; readonly names: number }
  | {
      readonly type: 'store.error'
      readonly operation: 'read' | 'write' | 'invalidate' | 'track'
      readonly code: string
      readonly error: unknown
    }

/**
 * - `stored` - the backend has it.
 * - `outranked` - the backend has a newer one.
 * - `unsupported` - it could not be stored without changing it.
 * - `too-large` - above the limit.
 * - `too-many-tags` - above 64.
 * - `unreached` - the backend did not answer.
 */
export type WriteOutcome = 'stored' | 'outranked' | 'unsupported' | 'too-large' | 'too-many-tags' | 'unreached'
