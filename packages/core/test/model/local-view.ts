import type { Marker, ViewState } from '../../src/invalidation/view.ts'
import type { Invalidated } from '../../src/invalidation/invalidation-store.ts'
import type { Context } from './context.ts'
import { highest, type Raise, raised } from './marker.ts'

/** Markers that a process keeps; a real one keeps more. */
export const VIEW_MARKERS = 4
/** Messages that are kept while one before them is missing. */
const HELD = 3

/** A hint, or the reply to an own invalidation: both say the same. */
export interface Message extends Invalidated, Raise {
  readonly names: readonly string[]
}

/** What a process knows of one generation. */
export interface ModelView extends ViewState {
  /** Takes a message of this generation. `gap`: one before it is missing. */
  hear(message: Message, time: number): 'taken' | 'gap'
  /** Gives up on messages that are missing: what they said is behind the floor now. */
  skipTo(clock: number, time: number): void
}

/** The view in the model's own words, whose rules can be taken back. */
export class LocalView implements ModelView {
  readonly generation: string
  clock: number
  floor: number
  readonly markers: Map<string, Marker> = new Map()
  readonly #context: Context
  /** Messages ahead of the clock whose predecessor has not arrived. */
  #held: Message[] = []

  constructor(context: Context, generation: string, clock: number) {
    this.#context = context
    this.generation = generation
    this.clock = clock
    this.floor = context.rules.viewFloor ? clock : -1
  }

  hear(message: Message, time: number): 'taken' | 'gap' {
    const { rules } = this.#context
    const chained = message.previous === this.clock
    if (rules.markAtOnce || chained || message.clock <= this.clock) this.#raise(message, time)
    if (message.clock <= this.clock) return 'taken'
    if (chained || !rules.chain) {
      this.clock = message.clock
      this.#follow(time)
      return 'taken'
    }
    if (this.#held.length < HELD) this.#held.push(message)
    return 'gap'
  }

  skipTo(clock: number, time: number): void {
    const { rules } = this.#context
    if (clock > this.clock) this.clock = clock
    if (rules.viewFloor && clock > this.floor) this.floor = clock
    for (const [name, marker] of this.markers) {
      if (highest(marker) <= clock || !rules.skipKeepsMarkers) this.markers.delete(name)
    }
    this.#follow(time)
  }

  /** Takes the held messages that the clock has reached. */
  #follow(time: number): void {
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      this.clock = next.clock
      if (!this.#context.rules.markAtOnce) this.#raise(next, time)
    }
    if (this.#held.length > 0) this.#held = this.#held.filter((message) => message.clock > this.clock)
  }

  #next(): Message | undefined {
    return this.#held.find((message) => message.previous === this.clock)
  }

  #raise(message: Message, time: number): void {
    for (const name of message.names) {
      this.markers.set(name, raised(this.markers.get(name), message, time, this.#context.rules))
    }
    while (this.markers.size > VIEW_MARKERS) this.#dropOldest()
  }

  #dropOldest(): void {
    let oldest: { readonly name: string; readonly clock: number } | undefined
    for (const [name, marker] of this.markers) {
      const clock = highest(marker)
      if (oldest === undefined || clock < oldest.clock) oldest = { name, clock }
    }
    if (oldest === undefined) return
    this.markers.delete(oldest.name)
    if (this.#context.rules.viewFloor) this.floor = Math.max(this.floor, oldest.clock)
  }
}
