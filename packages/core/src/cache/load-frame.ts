import { AsyncLocalStorage } from 'node:async_hooks'
import { RedstartError } from '../errors.ts'
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
  readonly #parent: LoadFrame | undefined

  constructor(flight: Flight, stamp: Pick<LoadFrame, 'clock' | 'generation' | 'sequence' | 'since'>) {
    this.flight = flight
    this.clock = stamp.clock
    this.generation = stamp.generation
    this.sequence = stamp.sequence
    this.since = stamp.since
    this.#parent = currentFrame()
  }

  /** A part of the value being loaded: the clock is the one as of which it was confirmed. */
  inherit(part: Entry): void {
    for (const name of part.names) this.names.add(name)
    this.clock = Math.min(this.clock, part.clock)
    this.sequence = Math.min(this.sequence, part.sequence)
    this.since = Math.min(this.since, part.since)
    if (part.generation !== this.generation) this.generation = NO_GENERATION
  }

  /**
   * Waits for a flight on behalf of this load.
   *
   * @throws RedstartError `LOAD_CYCLE` when that flight waits, through others, for this load.
   */
  async wait<T>(flight: Flight, result: Promise<T>): Promise<T> {
    if (this.#isAwaitedBy(flight)) {
      throw new RedstartError('LOAD_CYCLE', `the loader of ${JSON.stringify(this.flight.path)} waits for ${JSON.stringify(flight.path)}, whose load waits for it: neither can end`)
    }
    this.flight.waitsFor.add(flight)
    try {
      return await result
    } finally {
      this.flight.waitsFor.delete(flight)
    }
  }

  #isAwaitedBy(flight: Flight): boolean {
    const own = new Set<Flight>()
    for (let frame: LoadFrame | undefined = this; frame !== undefined; frame = frame.#parent) own.add(frame.flight)
    const seen = new Set<Flight>()
    const open = [flight]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (own.has(next)) return true
      if (seen.has(next)) continue
      seen.add(next)
      open.push(...next.waitsFor)
    }
    return false
  }
}

/** The generation of a value whose parts come from different ones: it equals none, so the value is never used again. */
export const NO_GENERATION = 'none'

const frames = new AsyncLocalStorage<LoadFrame>()
let running = 0

/** The frame of the load that the caller is part of. Costs nothing while no load runs. */
export function currentFrame(): LoadFrame | undefined {
  return running === 0 ? undefined : frames.getStore()
}

/** Runs a loader inside its frame. */
export async function runInFrame<T>(frame: LoadFrame, load: () => Promise<T>): Promise<T> {
  running++
  try {
    return await frames.run(frame, load)
  } finally {
    running--
  }
}
