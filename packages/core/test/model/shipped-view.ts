import { ProcessView } from '../../src/invalidation/process-view.ts'
import type { Marker } from '../../src/invalidation/view.ts'
import { type Message, type ModelView, VIEW_MARKERS } from './local-view.ts'

/** The view that ships, in the place of the model's own: what is said of one is said of the other. */
export class ShippedView implements ModelView {
  readonly #view = new ProcessView(VIEW_MARKERS)

  constructor(generation: string, clock: number) {
    this.#view.reset(generation, clock)
  }

  get generation(): string {
    return this.#view.generation
  }

  get clock(): number {
    return this.#view.clock
  }

  get floor(): number {
    return this.#view.floor
  }

  get markers(): ReadonlyMap<string, Marker> {
    return this.#view.markers
  }

  hear(message: Message, time: number): 'taken' | 'gap' {
    this.#view.apply(message, time)
    return this.#view.clock < message.clock ? 'gap' : 'taken'
  }

  skipTo(clock: number): void {
    this.#view.reset(this.#view.generation, clock)
  }
}
