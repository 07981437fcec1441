import { type Duration, milliseconds } from '../duration.ts'
import { tagNames } from '../invalidation/names.ts'

/** What a loader is given. */
export interface LoadContext {
  /** The entry's path, `namespace:key`. */
  readonly path: string
  /** Aborts when the load's deadline has passed. */
  readonly signal: AbortSignal
  /** True when nobody waits: a stale entry is being refreshed. */
  readonly background: boolean
  /**
   * Adds tags to the entry.
   *
   * @throws RedstartError `INVALID_ARGUMENT` for a tag that is empty, longer than 256 characters or has control characters.
   */
  tags(...tags: readonly string[]): void
  /**
   * How long this entry is fresh, in place of what was asked for: an absence that may end soon, say.
   *
   * @throws RedstartError `INVALID_ARGUMENT` for what is no duration of at least 1 ms.
   */
  ttl(duration: Duration): void
  /** How much longer this entry may be served stale, in place of what was asked for. */
  stale(duration: Duration): void
}

/** What a loader has said of its entry. */
export class LoadNotes {
  readonly tagNames: Set<string>
  /** Milliseconds. */
  ttl: number
  stale: number

  constructor(plan: { readonly tagNames: readonly string[]; readonly ttl: number; readonly stale: number }) {
    this.tagNames = new Set(plan.tagNames)
    this.ttl = plan.ttl
    this.stale = plan.stale
  }

  /** The context that writes these notes. */
  context(path: string, signal: AbortSignal, background: boolean): LoadContext {
    return {
      path,
      signal,
      background,
      tags: (...tags) => this.tag(tags),
      ttl: (duration) => {
        this.ttl = milliseconds(duration, 'ttl', 1)
      },
      stale: (duration) => {
        this.stale = milliseconds(duration, 'stale')
      },
    }
  }

  tag(tags: readonly string[]): void {
    for (const name of tagNames(tags)) this.tagNames.add(name)
  }
}
