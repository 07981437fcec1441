import { type Duration, milliseconds } from '../duration.ts'
import { RedstartError } from '../errors.ts'
import { tagNames } from '../invalidation/names.ts'
import { type Entry, ttlOf, valueOf } from './entry.ts'

/** What a loader is given. */
export interface LoadContext {
  /** The entry's path, `namespace:key`. */
  readonly path: string
  /** Fires when the load's deadline has passed, or when nobody waits for it any more. */
  readonly signal: AbortSignal
  /** True when nobody waits: what is served meanwhile is being refreshed. */
  readonly background: boolean
  /**
   * The value that was there before, stale or expired, for asking the source whether it has changed; undefined where none
   * is known, or where it may have been invalidated. Whoever reads its `value` makes it a part: what can invalidate it,
   * its tags and what it was made of, can invalidate the new entry as well. A lazy invalidation is answered by the load,
   * whatever the load makes of it.
   */
  readonly previous: { readonly value: unknown } | undefined
  /**
   * The previous value, to be returned as the loader's own: the source has said that all of it still holds. It is stored
   * anew, as a value loaded now, with the tags and the parts that it had, and for as long as it had been: {@link ttl} and
   * {@link stale} count from now as they did from its own load, unless this one says others.
   *
   * @throws RedstartError `INVALID_ARGUMENT` where there is no {@link previous}.
   */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the type is the caller's to vouch for
  unchanged<T = never>(): T
  /** What this load returns is handed on and not stored. */
  noStore(): void
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

interface Planned {
  readonly path: string
  readonly tagNames: readonly string[]
  /** Milliseconds. */
  readonly ttl: number
  readonly negativeTtl: number | undefined
  readonly stale: number
}

/** What a loader has said of its entry. */
export class LoadNotes {
  readonly tagNames: Set<string>
  /** The value is not to be stored. */
  declined = false
  readonly #plan: Planned
  readonly #previous: Entry | undefined
  readonly #onRead: () => void
  /** The entry whose value still holds. */
  #kept: Entry | undefined
  #ttl: number | undefined
  #stale: number | undefined

  /** @param onRead is called when the loader has looked at the previous value. */
  constructor(plan: Planned, previous: Entry | undefined, onRead: () => void) {
    this.tagNames = new Set(plan.tagNames)
    this.#plan = plan
    this.#previous = previous
    this.#onRead = onRead
  }

  /**
   * How long the value is fresh, in ms.
   *
   * @param vary what makes a lifetime of this entry's own of one that others have, too.
   */
  ttlOf(value: unknown, vary: (ttl: number) => number): number {
    if (this.#ttl === undefined && this.#kept !== undefined) return ttlOf(this.#kept)
    const { ttl, negativeTtl = ttl } = this.#plan
    return vary(this.#ttl ?? (value === undefined || value === null ? negativeTtl : ttl))
  }

  /** How much longer it may be served stale, in ms. */
  get stale(): number {
    const before = this.#kept && this.#kept.staleUntil - this.#kept.freshUntil
    return this.#stale ?? before ?? this.#plan.stale
  }

  /** The context that writes these notes. */
  context(signal: AbortSignal, background: boolean): LoadContext {
    const { path } = this.#plan
    const entry = this.#previous
    const onRead = this.#onRead
    const before = entry && {
      get value(): unknown {
        onRead()
        return valueOf(entry)
      },
    }
    return {
      path,
      signal,
      background,
      previous: before,
      unchanged: () => {
        if (before === undefined) throw nothingBefore(path)
        this.#kept = entry
        // The caller names the type of what it returned before; nothing here can check it.
        return before.value as never
      },
      noStore: () => {
        this.declined = true
      },
      tags: (...tags) => this.tag(tags),
      ttl: (duration) => {
        this.#ttl = milliseconds(duration, 'ttl', 1)
      },
      stale: (duration) => {
        this.#stale = milliseconds(duration, 'stale')
      },
    }
  }

  tag(tags: readonly string[]): void {
    for (const name of tagNames(tags)) this.tagNames.add(name)
  }
}

function nothingBefore(path: string): RedstartError {
  return new RedstartError(
    'INVALID_ARGUMENT',
    `the loader of ${JSON.stringify(path)} said that its value is unchanged, but none is known; check context.previous first`,
  )
}
