import { setImmediate, setTimeout } from 'node:timers/promises'
import type { Backend } from '../../src/index.ts'
import type { Reading } from './catalog.ts'
import { RefusedLoad } from './database.ts'
import { anyInvalidation, type Kind, KINDS, makeInvalidation } from './invalidations.ts'
import type { Tally } from './node.ts'
import { instant } from './oracle.ts'
import { type Random, seededRandom } from './random.ts'
import { describeStaleRead } from './report.ts'
import { type Member, World } from './world.ts'

export interface RunOptions {
  readonly seed: number
  readonly backend: Backend
  readonly app: string
  /** Ends once there were so many of both, */
  readonly reads: number
  readonly invalidations: number
  /** What is invalidated. @default all kinds */
  readonly kinds?: readonly Kind[]
  /** or after so many ms, */
  readonly longest: number
  /** or with the first stale read. */
  readonly maxStaleness?: number
  /** Milliseconds. */
  readonly deadline?: number
  /** How often an instance is replaced by a new one, in ms. @default 2000 */
  readonly reopenEvery?: number
  /** Something bad that happens now and then, and how long after it the next one, in ms. */
  readonly fault?: (random: Random) => Promise<number>
}

export interface Outcome {
  readonly seed: number
  readonly reads: number
  /** Of each kind that there was to be. */
  readonly invalidations: Readonly<Partial<Record<Kind, number>>>
  /** Invalidations that did not reach the backend. */
  readonly reachedHere: number
  /** The first stale read, described; undefined for none. */
  readonly stale: string | undefined
  readonly tally: Tally
  readonly milliseconds: number
}

/** Loops that work on each instance at the same time. */
const WORKERS = 6
/** Milliseconds. */
const MAX_STALENESS = 300
/** Ample, in ms, so that a busy machine does not make outages of delays. */
const DEADLINE = 1000

/** Runs random operations until there were enough of them, or one read was stale. */
export async function runChecker(options: RunOptions): Promise<Outcome> {
  const run = new Run(options)
  return run.finish()
}

class Run {
  readonly #options: RunOptions
  readonly #world: World
  readonly #begun = performance.now()
  readonly #kinds: readonly Kind[]
  readonly #invalidations = new Map<Kind, number>()
  #reads = 0
  #invalidated = 0
  #reachedHere = 0
  #stale: string | undefined
  readonly #workers: readonly Promise<void>[]

  constructor(options: RunOptions) {
    this.#options = options
    const random = seededRandom(options.seed)
    const { backend, app, maxStaleness = MAX_STALENESS, deadline = DEADLINE } = options
    this.#world = new World({ backend, app, maxStaleness, deadline, random: random.fork() })
    this.#kinds = options.kinds ?? KINDS
    for (const kind of this.#kinds) this.#invalidations.set(kind, 0)
    const places = Array.from({ length: this.#world.size * WORKERS }, (_, worker) => worker % this.#world.size)
    this.#workers = [
      ...places.map((place) => this.#work(place, random.fork())),
      this.#renew(random.fork()),
      this.#disturb(random.fork()),
    ]
  }

  async finish(): Promise<Outcome> {
    try {
      await Promise.all(this.#workers)
    } finally {
      this.#stale ??= this.#over ? undefined : 'the run was broken off'
      await Promise.allSettled(this.#workers)
    }
    const tally = await this.#world.close()
    const milliseconds = performance.now() - this.#begun
    return {
      seed: this.#options.seed,
      reads: this.#reads,
      invalidations: Object.fromEntries(this.#invalidations),
      reachedHere: this.#reachedHere,
      stale: this.#stale,
      tally,
      milliseconds,
    }
  }

  get #over(): boolean {
    const { reads, invalidations, longest } = this.#options
    return (
      this.#stale !== undefined ||
      performance.now() - this.#begun > longest ||
      (this.#reads >= reads && this.#invalidated >= invalidations)
    )
  }

  async #work(place: number, random: Random): Promise<void> {
    while (!this.#over) {
      const member = this.#world.member(place)
      await member.node.during(() =>
        random.chance(0.62) ? this.#invalidate(member, random) : this.#readSome(member, random),
      )
      if (random.chance(0.1)) await setTimeout(random.next() * 10)
    }
  }

  /** Reads a handful of entries at the same time, again and again. */
  async #readSome(member: Member, random: Random): Promise<void> {
    const chosen = Array.from({ length: 1 + random.below(8) }, () => member.catalog.any(random))
    const again = random.chance(0.4) ? [random.pick(chosen)] : []
    for (let left = 1 + random.below(12); left > 0 && !this.#over; left -= 1) {
      await Promise.all([...chosen, ...again].map((reading) => this.#read(member, reading)))
      // What memory answers takes no turn of the event loop; without one nothing else would ever happen.
      await setImmediate()
    }
  }

  async #read({ node }: Member, { path, run }: Reading): Promise<void> {
    this.#reads += 1
    const started = instant()
    try {
      const value = await run()
      const ended = instant()
      const stale = value && this.#world.oracle.judge(node.id, path, started, value)
      if (stale !== undefined) this.#stale ??= `seed ${this.#options.seed}: ${describeStaleRead(stale, node, ended)}`
    } catch (error) {
      if (!(error instanceof RefusedLoad)) throw error
    }
  }

  async #invalidate(member: Member, random: Random): Promise<void> {
    const kind = anyInvalidation(random, this.#kinds)
    const { names, set, run } = makeInvalidation(kind, random, member, this.#world)
    const { reached } = await this.#world.oracle.during({ kind, names, set, node: member.node.id }, run)
    this.#invalidations.set(kind, (this.#invalidations.get(kind) ?? 0) + 1)
    this.#invalidated += 1
    if (reached === 'here') this.#reachedHere += 1
  }

  async #renew(random: Random): Promise<void> {
    const { reopenEvery = 2000 } = this.#options
    for (let next = this.#begun + reopenEvery; !this.#over; await setTimeout(20)) {
      if (performance.now() < next) continue
      this.#world.reopen(random.below(this.#world.size))
      next += reopenEvery
    }
  }

  async #disturb(random: Random): Promise<void> {
    const { fault } = this.#options
    if (fault === undefined) return
    while (!this.#over) await setTimeout(await fault(random))
  }
}
