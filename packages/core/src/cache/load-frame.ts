import { AsyncLocalStorage } from 'node:async_hooks'
import { RedstartError } from '../errors.ts'
import { keyName } from '../invalidation/names.ts'
import type { Entry } from './entry.ts'
import type { Flight } from './flights.ts'

/**
 * What a running loader has read through the cache. A value made from others is as old as the oldest of them and can
 * be invalidated by whatever invalidates them, so a load hands both up to its own entry.
 */
export class LoadFrame {
  readonly flight: Flight
  readonly names: Set<string> = new Set()
  clock: number
  generation: string
  sequence: number
  since: number

  constructor(flight: Flight, stamp: Pick<LoadFrame, 'clock' | 'generation' | 'sequence' | 'since'>) {
    this.flight = flight
    this.clock = stamp.clock
    this.generation = stamp.generation
    this.sequence = stamp.sequence
    this.since = stamp.since
  }

  /** A part of the value being loaded: the clock is the one as of which it was confirmed. */
  inherit(part: Entry): void {
    for (const name of part.names) this.names.add(name)
    this.clock = Math.min(this.clock, part.clock)
    this.sequence = Math.min(this.sequence, part.sequence)
    this.since = Math.min(this.since, part.since)
    if (part.generation !== this.generation) this.generation = NO_GENERATION
  }

  /** A part that was looked for and not there: the value depends on its absence. */
  missed(path: string): void {
    this.names.add(keyName(path))
  }

  /**
   * Waits for a flight on behalf of this load.
   *
   * @throws RedstartError `LOAD_CYCLE` when that flight waits, through others, for this load.
   */
  async wait<T>(flight: Flight, result: Promise<T>): Promise<T> {
    if (this.#isAwaitedBy(flight)) {
      throw new RedstartError(
        'LOAD_CYCLE',
        `the loader of ${JSON.stringify(this.flight.path)} waits for ${JSON.stringify(flight.path)}, whose load waits for it: neither can end`,
      )
    }
    this.flight.waitsFor.add(flight)
    try {
      return await result
    } finally {
      this.flight.waitsFor.delete(flight)
    }
  }

  #isAwaitedBy(flight: Flight): boolean {
    const seen = new Set<Flight>()
    const open = [flight]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (next === this.flight) return true
      if (seen.has(next)) continue
      seen.add(next)
      open.push(...next.waitsFor)
    }
    return false
  }
}

/** The generation of a value whose parts come from different ones: it equals none, so the value is never used again. */
export const NO_GENERATION = 'none'

/** The frames of one instance's running loaders. Clocks of different instances say nothing about each other. */
export class LoadFrames {
  readonly #frames = new AsyncLocalStorage<LoadFrame>()
  #running = 0

  /** The frame of the load that the caller is part of. Costs nothing while no load runs. */
  current(): LoadFrame | undefined {
    return this.#running === 0 ? undefined : this.#frames.getStore()
  }

  /** Runs a loader inside its frame. */
  async run<T>(frame: LoadFrame, load: () => Promise<T>): Promise<T> {
    this.#running++
    try {
      return await this.#frames.run(frame, load)
    } finally {
      this.#running--
    }
  }
}
