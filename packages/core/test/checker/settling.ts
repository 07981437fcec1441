import type { InvalidationNotice } from '../../src/index.ts'
import { tagged } from './names.ts'
import { type Invalidation, instant } from './oracle.ts'
import type { Random } from './random.ts'

/** Tags that are only invalidated so that it settles. */
export const SETTLING = 4
/** Timers may be early by so many ms. */
const EARLY = 2
/** How late a second invalidation may be made, in ms. */
const LATEST = 5000

/** What one instance invalidates once more after a while. It is told of both times. */
export class Settling {
  readonly #node: number
  readonly #onSettled: (invalidation: Invalidation) => void
  /** Of each tag that is settling its lag, and from its first time on when it is due. */
  readonly #running = new Map<string, { readonly lag: number; due: number | undefined }>()

  /** @param onSettled hears of each second invalidation. */
  constructor(node: number, onSettled: (invalidation: Invalidation) => void) {
    this.#node = node
    this.#onSettled = onSettled
  }

  /** A tag that this instance may let settle now. */
  free(random: Random): string | undefined {
    const tag = `settling:${random.below(SETTLING)}`
    return this.#running.has(tag) ? undefined : tag
  }

  /** An invalidation that settles is about to be called. */
  begins(tag: string, lag: number): void {
    this.#running.set(tag, { lag, due: undefined })
  }

  hear(notice: InvalidationNotice): void {
    if (notice.type === 'missed' || notice.remote) return
    for (const tag of notice.tags) this.#told(tag, notice.reached)
  }

  /** What should have been invalidated once more by now. @param closed true once nothing more can come. */
  overdue(closed: boolean): string | undefined {
    const now = instant()
    for (const [tag, { due }] of this.#running)
      if (due !== undefined && (closed || now > due + LATEST)) return `${tag} was not invalidated once more`
    return undefined
  }

  #told(tag: string, reached: 'all' | 'here'): void {
    const running = this.#running.get(tag)
    if (running === undefined) return
    const now = instant()
    if (running.due === undefined) running.due = now + running.lag
    else {
      this.#running.delete(tag)
      // Closing makes it at once, which nobody can read after.
      const called = Math.min(now, running.due - EARLY)
      this.#onSettled({ kind: 'settled', names: [tagged(tag)], node: this.#node, called, resolved: now, reached })
    }
  }
}
