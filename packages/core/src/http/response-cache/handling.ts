import type { Budget } from '../../cache/budget.ts'
import type { Beginning, ByteEntries } from '../../cache/byte-entries.ts'
import type { LoadFrame } from '../../cache/load-frame.ts'
import type { Moment } from '../../cache/token.ts'
import { markPrivate } from '../caching/private-mark.ts'

export interface HandlingParts {
  readonly entries: ByteEntries
  /** Of the page. */
  readonly path: string
  /** What may be spent in the backend. */
  readonly budget: Budget
}

/** What an answer is bound to: the moment before its handler began, and all that the handler reads through the cache. */
export class Handling {
  readonly #parts: HandlingParts
  #moment: Moment | undefined
  #beginning: Beginning | undefined
  #cancel: (() => void) | undefined
  #lapsed = false

  constructor(parts: HandlingParts) {
    this.#parts = parts
  }

  /** Fixes the moment; the handler begins later. Not waited for where this process knows the present. */
  fix(): void | Promise<void> {
    const moment = this.#parts.entries.moment()
    if (!(moment instanceof Promise)) this.#moment = moment
    else
      return moment.then((known) => {
        this.#moment = known
      })
  }

  /** The handler began here; its reads are noted until {@link Handling.end}. */
  run<T>(next: () => T): T {
    const { entries } = this.#parts
    this.#beginning = this.#begin()
    // Of one that never answers nobody learns.
    this.#cancel = entries.schedule(entries.loadTimeout, () => {
      this.#lapsed = true
      this.end()
    })
    return this.#beginning.inside.run(next)
  }

  /** What makes its answer goes on here when it is through: a stream that makes a piece when it is asked for one. */
  readonly within = <T>(next: () => T): T => (this.#beginning === undefined ? next() : this.#beginning.inside.run(next))

  /** Marks the request with what was said of its answer by whoever was given another one: a handler that this one called. */
  mark(request: object): void {
    const why = this.#beginning?.parts.ownedBecause
    if (why !== undefined) markPrivate(request, why)
  }

  /** It has taken so long that its reads were noted no more. */
  get lapsed(): boolean {
    return this.#lapsed
  }

  get moment(): Moment {
    if (this.#moment === undefined) throw new TypeError('a handler began before its moment was fixed')
    return this.#moment
  }

  /** Nothing, where another policy answered in the handler's place. */
  get parts(): LoadFrame {
    this.#beginning ??= this.#begin()
    return this.#beginning.parts
  }

  #begin(): Beginning {
    const { entries, path, budget } = this.#parts
    return entries.begin(path, this.moment, budget)
  }

  end(): void {
    this.#cancel?.()
    this.#beginning?.inside.end()
  }
}
