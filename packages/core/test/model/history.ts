import { type Entry, MAX_STALENESS } from './entry.ts'
import type { Context } from './context.ts'
import type { ModelRedis } from './redis.ts'

/** One invalidation as its caller sees it; instants are `Infinity` until it happened. */
export interface Invalidation {
  readonly names: readonly string[]
  readonly kind: 'hard' | 'soft'
  readonly deadline: number
  /** The process that called it. */
  readonly by: object
  /** When Redis ran it first, or when an outage took it. */
  executedAt: number
  /** When it resolved in its process. */
  hereAt: number
  /** When it resolved as having reached everyone. */
  everywhereAt: number
}

/** What a read gave to its caller. */
export interface Returned {
  readonly by: object
  readonly startedAt: number
  readonly entry: Entry
  readonly how: string
}

/** A read that broke the claim. */
export interface Violation {
  readonly text: string
  readonly how: string
}

/**
 * The claim: no read returns data whose load began before an invalidation of one of its names, if the read started after
 * that resolved in its own process, or more than `maxStaleness` after it had reached Redis. A soft invalidation with a
 * deadline makes the same claim from its deadline on.
 */
export class History {
  violation: Violation | undefined
  readonly #context: Context
  readonly #redis: ModelRedis
  readonly #invalidations: Invalidation[] = []

  constructor(context: Context, redis: ModelRedis) {
    this.#context = context
    this.#redis = redis
  }

  begin(
    by: object,
    names: readonly string[],
    kind: 'hard' | 'soft' = 'hard',
    deadline: number = Infinity,
  ): Invalidation {
    const invalidation = { names, kind, deadline, by, executedAt: Infinity, hereAt: Infinity, everywhereAt: Infinity }
    if (kind === 'hard' || deadline !== Infinity) this.#invalidations.push(invalidation)
    return invalidation
  }

  /** Redis ran it, which counts while its caller waits for it. */
  ran(invalidation: Invalidation): void {
    if (invalidation.hereAt === Infinity) invalidation.executedAt = this.#context.now
  }

  /** It did not reach Redis, as far as its process knows, and holds there from now on. */
  resolveHere(invalidation: Invalidation): void {
    invalidation.executedAt = this.#context.now
    invalidation.hereAt = this.#context.now
  }

  resolveEverywhere(invalidation: Invalidation): void {
    invalidation.everywhereAt = this.#context.now
    if (invalidation.hereAt === Infinity) invalidation.hereAt = this.#context.now
  }

  check(read: Returned): void {
    for (const part of read.entry.parts) {
      for (const invalidation of this.#invalidations) {
        if (part.loadedFrom >= invalidation.executedAt || !this.#binds(invalidation, read)) continue
        if (invalidation.names.some((name) => part.names.includes(name)))
          this.#report(read, part.loadedFrom, invalidation)
      }
    }
  }

  #binds(invalidation: Invalidation, { by, startedAt }: Returned): boolean {
    const { hereAt, everywhereAt, kind, deadline } = invalidation
    const resolved = (by === invalidation.by && startedAt > hereAt) || startedAt > everywhereAt + MAX_STALENESS
    return resolved && (kind === 'hard' || startedAt > this.#redis.clock.passedSince(deadline))
  }

  #report(read: Returned, loadedFrom: number, invalidation: Invalidation): void {
    const { names, kind, deadline, executedAt } = invalidation
    const whose = read.by === invalidation.by ? 'the same process' : 'another process'
    const passed = kind === 'soft' ? `, its deadline ${deadline}` : ''
    const text = `VIOLATION: a read of ${read.entry.path} (${read.how}) begun at ${read.startedAt} returned data loaded from ${loadedFrom} on; ${whose} invalidated ${names.join(' ')} (${kind}${passed}) at ${executedAt}`
    this.violation ??= { text, how: read.how }
    this.#context.note(() => text)
  }
}
