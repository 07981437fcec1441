import { expectTypeOf } from 'vitest'
import {
  createRedstart,
  glob,
  type InvalidationNotice,
  type NoteInvalidation,
  type Purged,
  type PurgeOptions,
  type PurgeProgress,
  type PurgeRequest,
} from '../../src/index.ts'

const { cache, invalidate, invalidateAfterCommit, onInvalidate } = createRedstart()

// A purge and keys
expectTypeOf(cache.purge({ match: 'orders:*' })).resolves.toEqualTypeOf<Purged>()
expectTypeOf(cache.namespace('orders').purge({ match: '*', all: true })).resolves.toEqualTypeOf<Purged>()
expectTypeOf<PurgeOptions>().toHaveProperty('signal').toEqualTypeOf<AbortSignal | undefined>()
expectTypeOf<Parameters<NonNullable<PurgeOptions['onProgress']>>>().toEqualTypeOf<[PurgeProgress]>()
expectTypeOf<PurgeRequest>().toEqualTypeOf<Readonly<PurgeRequest>>()
// @ts-expect-error a pattern is needed
void cache.purge({})
// @ts-expect-error the namespace is known already
void cache.namespace('orders').purge({ match: '1*', namespace: 'menu' })
// @ts-expect-error there is no false: leave it out
void cache.purge({ match: '*', all: false })
expectTypeOf(cache.keys()).toEqualTypeOf<AsyncIterableIterator<string>>()
expectTypeOf(glob.escape).toEqualTypeOf<(text: string) => string>()

// Targets
void invalidate({ namespaces: ['a', 'b'], prefixes: ['a:', ['b', 1]] }, { settle: '1s' })
// @ts-expect-error a pattern is for purge
void invalidate({ match: 'orders:*' })
// @ts-expect-error a misspelt duration
void invalidate({ tags: ['a'] }, { settle: '1 second' })

// After a commit: the result is the transaction's
expectTypeOf(invalidateAfterCommit(async () => 42)).resolves.toEqualTypeOf<number>()
expectTypeOf(invalidateAfterCommit(() => 'text')).resolves.toEqualTypeOf<string>()
void invalidateAfterCommit((note) => {
  expectTypeOf(note).toEqualTypeOf<NoteInvalidation>()
  expectTypeOf(note({ tags: ['a'] }, { strategy: 'lazy', settle: 100 })).toEqualTypeOf<void>()
  // @ts-expect-error the commit is over by then
  note({ tags: ['a'] }, { require: 'all' })
})

// Listening
expectTypeOf(onInvalidate(() => undefined, { tags: ['a'], remote: false })).toEqualTypeOf<() => void>()
onInvalidate((notice) => {
  expectTypeOf(notice).toEqualTypeOf<InvalidationNotice>()
  // @ts-expect-error nothing is known of what was missed
  void notice.tags
  if (notice.type === 'invalidated') expectTypeOf(notice.keys).toEqualTypeOf<readonly string[]>()
})
