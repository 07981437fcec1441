import type { UseCacheHandler } from '@redstart/next/handlers'

/** A handler of `'use cache'` that the contract is held against. */
export interface Contracted {
  readonly handler: UseCacheHandler
  readonly end: () => Promise<void>
}

/** What the handler that Next.js comes with does otherwise: each is a fault of it, or a choice that only memory has. */
export type Deviation =
  /** `updateTag()` and then `revalidateTag(tag, 'max')`: the later deadline takes the place of the earlier end. */
  | 'a soft invalidation takes back a hard one'
  /** The promise of a write that fails before its entry is there is never settled. */
  | 'reads wait for ever for a write that failed'
  /** `expired` is put off by each soft invalidation, so that one that comes often enough is never due. */
  | 'a later soft invalidation puts off the end of an earlier one'
  /** Memory of one process rather makes anew than serves what is stale. */
  | 'what is past its revalidation is gone'
  /** The bytes that it streams are those that it keeps. */
  | 'readers can change what is kept'

/** The handler that is looked at, once it is there, and what it does otherwise. */
export interface Held {
  readonly handler: UseCacheHandler
  readonly deviates: (deviation: Deviation) => boolean
}

let keys = 0
/** Text that no other test has. */
export const unique = (word: string): string => `${word} ${(keys += 1)}`
