/** What a cache in front of the application is to drop. */
export interface Purge {
  /** Tags as `invalidate({ tags })` has them; a sink writes them as the tag headers of responses do. */
  readonly tags: readonly string[]
  /** Whole URLs, as clients ask for them: `https://shop.example/menu?day=1`. */
  readonly urls: readonly string[]
}

/**
 * Has a cache in front of the application drop what is named. Resolves when it has said so; rejects where it did not, after
 * all that could be tried. Others than ours are functions like any.
 *
 * @param signal ends it: nobody waits any more.
 */
export type PurgeSink = (purge: Purge, signal?: AbortSignal) => Promise<void>
