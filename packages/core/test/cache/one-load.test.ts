import { manualClock, type ManualClock } from '@redstart/testing'
import { expect, it } from 'vitest'
import { createRedstart, type GetOrSetOptions, type LoadContext, type Redstart } from '../../src/index.ts'
import { memory } from '../../src/memory/index.ts'
import { type Random, seededRandom, seedOfRun } from '../checker/random.ts'

/** Milliseconds that each loader has. */
const LOAD_TIMEOUT = 100
const KEYS = ['menu:1', 'menu:2', 'menu:3']

/** What is at a key, and who loads it. */
interface Place {
  readonly key: string
  /** The last version that this instance has been told to forget about, for reads that begin now. */
  least: number
  /** Loaders that have not settled. */
  running: number
  loads: number
}

/** One instance with its own count of loaders, over a backend that it shares. */
class Process {
  readonly redstart: Redstart
  readonly places: ReadonlyMap<string, Place>
  readonly #clock: ManualClock
  readonly #random: Random
  /** What is in the database: rises with every change, by whichever process. */
  readonly #versions: Map<string, number>
  readonly problems: string[] = []
  reads = 0
  settled = 0
  most = 0

  constructor(clock: ManualClock, random: Random, backend: ReturnType<typeof memory>, versions: Map<string, number>) {
    this.#versions = versions
    this.#clock = clock
    this.#random = random
    this.redstart = createRedstart({ clock, backend, random: () => random.next() })
    this.places = new Map(KEYS.map((key) => [key, { key, least: 0, running: 0, loads: 0 }]))
  }

  step(): void {
    const place = this.places.get(this.#random.pick(KEYS)) ?? expect.fail('no such key')
    if (this.#random.chance(0.1)) void this.#change(place)
    else void this.#read(place)
  }

  async #change(place: Place): Promise<void> {
    const version = this.#version(place) + 1
    this.#versions.set(place.key, version)
    await this.redstart.invalidate(this.#random.chance(0.5) ? { keys: [place.key] } : { tags: [place.key] })
    place.least = Math.max(place.least, version)
  }

  async #read(place: Place): Promise<void> {
    const { least } = place
    this.reads++
    try {
      const version = await this.redstart.cache.getOrSet(place.key, (context) => this.#load(place, context), {
        loadTimeout: LOAD_TIMEOUT,
        tags: [place.key],
        ...this.#options(),
      })
      if (version < least) this.problems.push(`${place.key} was ${version} after ${least} had been told`)
    } catch {
      // Failures are the loaders' and the callers' own.
    } finally {
      this.settled++
    }
  }

  #version({ key }: Place): number {
    return this.#versions.get(key) ?? 0
  }

  #options(): GetOrSetOptions<number> {
    const random = this.#random
    const maybe = (): boolean => random.chance(0.3)
    const signal = maybe() ? this.#leaving() : undefined
    return {
      ttl: random.pick([5, 50, 500]),
      stale: random.pick([0, 50, 500]),
      staleWhileRevalidate: maybe(),
      ...(signal && { signal }),
      ...(maybe() && { softTimeout: random.pick([0, 10, 60]) }),
      ...(maybe() && { earlyRefresh: random.pick(['xfetch', 0.5] as const) }),
      ...(random.chance(0.1) && { refresh: true }),
      ...(random.chance(0.1) && { lease: true }),
      ...(random.chance(0.1) && { errorTtl: 20 }),
      ...(random.chance(0.1) && { admission: { minHits: 2 } }),
      ...(random.chance(0.1) && { cacheIf: () => false }),
    }
  }

  #leaving(): AbortSignal {
    const caller = new AbortController()
    this.#clock.schedule(this.#random.pick([0, 1, 10, 50, 150]), () => caller.abort())
    return caller.signal
  }

  /** Takes some time, or too long, or fails; when its signal fires it settles at once, or some time later. */
  #load(place: Place, { signal }: LoadContext): Promise<number> {
    place.running++
    place.loads++
    this.most = Math.max(this.most, place.running)
    const version = this.#version(place)
    return new Promise((resolve, reject) => {
      const random = this.#random
      const fails = random.chance(0.2)
      let over = false
      const end = (): void => {
        if (over) return
        over = true
        place.running--
        if (fails) reject(new Error('the database is gone'))
        else resolve(version)
      }
      this.#clock.schedule(random.pick([0, 1, 10, 30, 90, 150, 10_000]), end)
      signal.addEventListener('abort', () => this.#clock.schedule(random.pick([0, 1, 30, LOAD_TIMEOUT - 1]), end))
    })
  }
}

it('at most one loader of a key runs in a process, whatever happens to it and to its callers', async () => {
  const seed = seedOfRun()
  for (let run = 0; run < 60; run++) {
    const random = seededRandom(seed + run)
    const clock = manualClock(1000)
    const backend = memory()
    const versions = new Map<string, number>()
    const processes = [1, 2].map(() => new Process(clock, random, backend, versions))
    for (let step = 0; step < 150; step++) {
      random.pick(processes).step()
      if (random.chance(0.7)) await clock.advanceAsync(random.pick([0, 1, 5, 40]))
    }
    await clock.advanceAsync(60_000)
    for (const { most, reads, settled, places, problems } of processes) {
      expect({ seed, run, problems }).toEqual({ seed, run, problems: [] })
      expect({ seed, run, most }).toEqual({ seed, run, most: 1 })
      expect({ seed, run, settled }).toEqual({ seed, run, settled: reads })
      expect([...places.values()].map(({ running }) => running)).toEqual([0, 0, 0])
    }
    await Promise.all(processes.map(({ redstart }) => redstart.close()))
    expect({ seed, run, timers: clock.pending() }).toEqual({ seed, run, timers: 0 })
  }
}, 60_000)
