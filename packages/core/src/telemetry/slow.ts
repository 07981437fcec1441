import { type Duration, milliseconds } from '../duration.ts'
import { checkMembers, checkObject, invalidArgument } from '../errors.ts'
import { membersOf } from '../members.ts'
import type { Operation } from './latency.ts'

/** What is slow, and how much of it is remembered. */
export interface SlowOptions {
  /** A read beyond memory, a write, an invalidation, a compression or an inflation that takes longer. @default '50ms' */
  readonly operation?: Duration
  /** A loader that takes longer. @default '1s' */
  readonly load?: Duration
  /** The key function of a definition that takes longer; each call of it reads the clock twice. @default none: not timed */
  readonly key?: Duration
  /** How many of them are remembered, the latest ones; up to 10000. @default 100 */
  readonly keep?: number
}

/** Something that took longer than it should. */
export interface SlowOperation {
  readonly operation: Operation | 'key'
  /** Undefined for an invalidation that concerns several. */
  readonly namespace: string | undefined
  /** The whole key; undefined for an invalidation, and for a key that took too long to make. */
  readonly key: string | undefined
  /** How long it took. */
  readonly milliseconds: number
}

/** The same, as it is remembered. */
export interface PastSlowOperation extends SlowOperation {
  /** Milliseconds since it ended. */
  readonly ago: number
}

/** The options, resolved. Durations are milliseconds. */
export interface SlowSettings {
  readonly operation: number
  readonly load: number
  readonly key: number | undefined
  readonly keep: number
}

const KNOWN = membersOf<SlowOptions>({ operation: true, load: true, key: true, keep: true })

const MOST_KEPT = 10_000

/** @throws RedstartError `INVALID_ARGUMENT` for an option that is not allowed. */
export function resolveSlow(options: SlowOptions = {}): SlowSettings {
  checkObject('slow', options)
  checkMembers('slow', options, KNOWN)
  const { operation = 50, load = 1000, key, keep = 100 } = options
  if (!Number.isSafeInteger(keep) || keep < 1 || keep > MOST_KEPT)
    throw invalidArgument('slow.keep', keep, `a whole number of 1 to ${MOST_KEPT}`)
  return {
    operation: milliseconds(operation, 'slow.operation'),
    load: milliseconds(load, 'slow.load'),
    key: key === undefined ? undefined : milliseconds(key, 'slow.key'),
    keep,
  }
}

/** The latest slow operations. */
export class SlowLog {
  readonly #kept: { readonly slow: SlowOperation; readonly at: number }[] = []
  readonly #most: number
  #next = 0

  constructor(most: number) {
    this.#most = most
  }

  add(slow: SlowOperation, at: number): void {
    this.#kept[this.#next] = { slow, at }
    this.#next = (this.#next + 1) % this.#most
  }

  /** Latest first. */
  read(now: number): readonly PastSlowOperation[] {
    const length = this.#kept.length
    return Array.from({ length }, (_, n) => this.#kept[(this.#next - 1 - n + length) % length]).flatMap((kept) =>
      kept === undefined ? [] : [{ ...kept.slow, ago: now - kept.at }],
    )
  }
}
