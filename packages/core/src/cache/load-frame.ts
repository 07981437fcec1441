import { AsyncLocalStorage } from 'node:async_hooks'
import { RedstartError } from '../errors.ts'
import type { Decidable } from '../invalidation/coherence.ts'
import { keyName } from '../invalidation/names.ts'
import type { Budget } from './budget.ts'
import type { Flight } from './flights.ts'

/** What a load is bound to before it starts. */
export interface LoadStamp {
  readonly generation: string
  readonly clock: number
  readonly sequence: number
  /** Own instant of the loader's start. */
  readonly since: number
}

/**
 * What a running loader has read through the cache. A value made from others is as old as the oldest of them and can
 * be invalidated by whatever invalidates them, so a load hands both up to its own entry.
 */
export class LoadFrame {
  readonly owner: LoadFrames
  /** It is a load, which ends before its instance does. */
  readonly isLoad: boolean = true
  /** The frame around this one, of whichever instance. */
  readonly outer: LoadFrame | undefined
  readonly flight: Flight
  /** What the load may spend in the backend. */
  readonly budget: Budget
  readonly names: Set<string> = new Set()
  clock: number
  generation: string
  sequence: number
  since: number

  constructor(owner: LoadFrames, outer: LoadFrame | undefined, flight: Flight, budget: Budget, stamp: LoadStamp) {
    this.owner = owner
    this.outer = outer
    this.flight = flight
    this.budget = budget
    this.clock = stamp.clock
    this.generation = stamp.generation
    this.sequence = stamp.sequence
    this.since = stamp.since
  }

  /** A part of the value being loaded: the clock is the one as of which it was confirmed. */
  inherit(part: Decidable): void {
    this.hangOn(part.names)
    this.clock = Math.min(this.clock, part.clock)
    this.sequence = Math.min(this.sequence, part.sequence)
    this.since = Math.min(this.since, part.since)
    if (part.generation !== this.generation) this.generation = NO_GENERATION
  }

  /** A part that was looked for and not there: the value depends on its absence. */
  missed(path: string): void {
    this.hangOn([keyName(path)])
  }

  /** The value can be invalidated by these names, whatever comes of what has them. */
  hangOn(names: readonly string[]): void {
    for (const name of names) this.names.add(name)
  }

  /**
   * What was there before is part of the value. Its clock is none too low: it was decided when this load had its own, so
   * that nothing that it hangs on had been invalidated up to there.
   *
   * @param since own instant as of which it was confirmed.
   */
  goOnFrom({ names }: Decidable, since: number): void {
    this.hangOn(names)
    this.since = Math.min(this.since, since)
  }

  /**
   * Waits for a flight on behalf of this load.
   *
   * @throws RedstartError `LOAD_CYCLE` when that flight waits, through others, for this load.
   */
  async wait<T>(flight: Flight, result: Promise<T>): Promise<T> {
    if (waitsFor(flight, this.flight)) throw loadCycle(this.flight, flight)
    this.flight.waitsFor.add(flight)
    try {
      return await result
    } finally {
      this.flight.waitsFor.delete(flight)
    }
  }

  /** What an entry with these names would be bound to, had it been made of what the load has read so far. */
  stampOf(names: readonly string[]): Decidable {
    const { generation, clock, sequence, since } = this
    return { generation, clock, sequence, since, names }
  }
}

/** Whether a flight is another one, or waits for it, through whichever others. */
export function waitsFor(flight: Flight, other: Flight): boolean {
  const seen = new Set<Flight>()
  const open = [flight]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next === other) return true
    if (seen.has(next)) continue
    seen.add(next)
    open.push(...next.waitsFor)
  }
  return false
}

/** The error of a load that would wait for one that waits for it. */
export function loadCycle(waiting: Flight, flight: Flight): RedstartError {
  return new RedstartError(
    'LOAD_CYCLE',
    `the loader of ${JSON.stringify(waiting.path)} waits for ${JSON.stringify(flight.path)}, whose load waits for it: neither can end`,
  )
}

/** One call that loads several values: what it reads through the cache is part of each. */
export class BatchFrame extends LoadFrame {
  readonly #members: readonly LoadFrame[]

  constructor(owner: LoadFrames, first: LoadFrame, members: readonly LoadFrame[]) {
    super(owner, first.outer, first.flight, first.budget, first)
    this.#members = members
  }

  override inherit(part: Decidable): void {
    for (const member of this.#members) member.inherit(part)
  }

  override hangOn(names: readonly string[]): void {
    for (const member of this.#members) member.hangOn(names)
  }

  override async wait<T>(flight: Flight, result: Promise<T>): Promise<T> {
    const [landed] = await Promise.all([result, ...this.#members.map((member) => member.wait(flight, result))])
    return landed
  }
}

/** What is made of what is read through the cache, and is no load: an answer to a request. Nobody waits for it here. */
export class OpenFrame extends LoadFrame {
  override readonly isLoad: boolean = false
  /** Why it is made for one client alone; undefined where nobody said so. */
  ownedBecause: string | undefined
}

/** Says of every answer that the caller is part of, whichever request it is given, that it is made for one client alone. */
export function markAround(why: string): void {
  for (let frame = storage.getStore()?.frame; frame !== undefined; frame = frame.outer)
    if (frame instanceof OpenFrame) frame.ownedBecause ??= why
}

/** The generation of a value whose parts come from different ones: it equals none, so the value is never used again. */
export const NO_GENERATION = 'none'

/** One for the process: each costs every promise in it, of whoever. */
const storage = new AsyncLocalStorage<Cell | undefined>()

/** Loaders that run in this process, of whichever instance. */
let loaders = 0

/** Emptied when the loader has ended: what it leaves running carries the cell along, and must not carry the load. */
interface Cell {
  frame: LoadFrame | undefined
}

/** The inside of a frame. */
export interface Inside {
  run<T>(inside: () => T): T
  end(): void
}

/** The frames of one instance's running loaders. Clocks of different instances say nothing about each other. */
export class LoadFrames {
  #running = 0

  /** The frame of this instance's load that the caller is part of. Costs nothing while no load runs. */
  current(): LoadFrame | undefined {
    if (this.#running === 0) return undefined
    let frame = storage.getStore()?.frame
    while (frame !== undefined && frame.owner !== this) frame = frame.outer
    return frame
  }

  /** A frame for a load that starts now. */
  open(flight: Flight, budget: Budget, stamp: LoadStamp): LoadFrame {
    return new LoadFrame(this, storage.getStore()?.frame, flight, budget, stamp)
  }

  /** Runs a loader inside its frame. */
  async run<T>(frame: LoadFrame, load: () => Promise<T>): Promise<T> {
    this.#running++
    loaders++
    const cell: Cell = { frame }
    try {
      return await storage.run(cell, load)
    } finally {
      cell.frame = undefined
      this.#running--
      loaders--
      // From here until the next load nobody looks for a frame, and no promise in the process need carry one.
      if (loaders === 0) disable()
    }
  }

  /** A frame for what begins now and has no promise to wait for. */
  openAround(flight: Flight, budget: Budget, stamp: LoadStamp): OpenFrame {
    return new OpenFrame(this, storage.getStore()?.frame, flight, budget, stamp)
  }

  /** Has a frame be that of whatever is run inside it, until it is ended, which must not be forgotten. */
  enter(frame: LoadFrame): Inside {
    this.#running++
    loaders++
    const cell: Cell = { frame }
    return {
      run: (inside) => storage.run(cell, inside),
      end: () => {
        if (cell.frame === undefined) return
        cell.frame = undefined
        this.#running--
        loaders--
        if (loaders === 0) disable()
      },
    }
  }

  /** Starts something that is part of no load, wherever it is called from: nobody waits for it. */
  detached<T>(start: () => T): T {
    return storage.run(undefined, start)
  }
}

let canDisable = true

/** Economy, which Workers do not have. */
function disable(): void {
  if (!canDisable) return
  try {
    storage.disable()
  } catch {
    canDisable = false
  }
}
