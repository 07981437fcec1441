import type { Cancel, Clock } from '../../clock.ts'
import type { Purge } from './purge-sink.ts'

/** What is to be purged once more after a while, each name once: the latest time counts. */
export class SecondPurges {
  readonly #clock: Clock
  readonly #after: number
  readonly #most: number
  readonly #due: (purge: Purge) => void
  /** When each is due, the soonest first. */
  readonly #tags = new Map<string, number>()
  readonly #urls = new Map<string, number>()
  #cancel: Cancel | undefined

  /**
   * @param after milliseconds.
   * @param most names that wait: beyond, the soonest is due at once.
   */
  constructor(clock: Clock, after: number, most: number, due: (purge: Purge) => void) {
    this.#clock = clock
    this.#after = after
    this.#most = most
    this.#due = due
  }

  add({ tags, urls }: Purge): void {
    const at = this.#clock.now() + this.#after
    for (const [waiting, names] of [[this.#tags, tags] as const, [this.#urls, urls] as const])
      for (const name of names) {
        // To the end, since it is due last now.
        waiting.delete(name)
        waiting.set(name, at)
      }
    this.#cancel ??= this.#clock.schedule(this.#after, () => this.#wake())
    if (this.#tags.size + this.#urls.size > this.#most) this.flush()
  }

  /** All of it is due. */
  flush(): void {
    this.#take(Infinity)
  }

  #wake(): void {
    this.#cancel = undefined
    const now = this.#clock.now()
    this.#take(now)
    const next = Math.min(...[this.#tags, this.#urls].map((waiting) => waiting.values().next().value ?? Infinity))
    if (next < Infinity) this.#cancel = this.#clock.schedule(Math.max(1, next - now), () => this.#wake())
  }

  #take(until: number): void {
    const purge = { tags: taken(this.#tags, until), urls: taken(this.#urls, until) }
    if (this.#tags.size + this.#urls.size === 0) {
      this.#cancel?.()
      this.#cancel = undefined
    }
    if (purge.tags.length + purge.urls.length > 0) this.#due(purge)
  }
}

function taken(waiting: Map<string, number>, until: number): readonly string[] {
  const names: string[] = []
  for (const [name, at] of waiting) {
    if (at > until) break
    names.push(name)
    waiting.delete(name)
  }
  return names
}
