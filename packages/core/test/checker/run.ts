import { setImmediate, setTimeout } from 'node:timers/promises'
import type { Backend } from '../../src/index.ts'
import { anyInvalidation, type Kind, KINDS, makeInvalidation } from './invalidations.ts'
import { heardBy } from './listener.ts'
import { together } from './loads.ts'
import type { Happened, Tally } from './node.ts'
import { type Invalidation, instant } from './oracle.ts'
import { type Random, seededRandom } from './random.ts'
import { type Got, gotOf, misread, type Reading } from './reading.ts'
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
  /** How is read, by the names of the catalog. @default in all ways */
  readonly readings?: readonly string[]
  /** or after so many ms, */
  readonly longest: number
  /** or with the first stale read. */
  readonly maxStaleness?: number
  /** Milliseconds. */
  readonly deadline?: number
  /** The backend answers all the time: every instance must hear of what is invalidated. @default false */
  readonly calm?: boolean
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
  /** The first stale read, or whatever else must not be, described; undefined for none. */
  readonly stale: string | undefined
  readonly tally: Tally
  /** How often which events were heard, and how often a failure was remembered. */
  readonly happened: Happened
  /** Loads under a lease, and those of them that began while another instance loaded the same. */
  readonly leased: { readonly loads: number; readonly together: number }
  /** Invalidations that listeners were told of, and those of them that were looked at. */
  readonly notices: { readonly told: number; readonly checked: number }
  readonly milliseconds: number
}

/** Loops that work on each instance at the same time. */
const WORKERS = 6
/** Milliseconds. */
const MAX_STALENESS = 300
/** How many of the invalidations others must have heard of are looked at. */
const HEARD = 0.05
/** How long an instance may take until it has heard from the backend for the first time, in ms. */
const CONNECTED = 1000
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
  readonly #maxStaleness: number
  readonly #invalidations = new Map<Kind, number>()
  #reads = 0
  #invalidated = 0
  #reachedHere = 0
  #stale: string | undefined
  /** Some of what other instances must have heard of soon. */
  #unheard: Invalidation[] = []
  #checked = 0
  #remembered = 0
  readonly #workers: readonly Promise<void>[]

  constructor(options: RunOptions) {
    this.#options = options
    const random = seededRandom(options.seed)
    const { backend, app, maxStaleness = MAX_STALENESS, deadline = DEADLINE } = options
    this.#maxStaleness = maxStaleness
    this.#world = new World({ backend, app, maxStaleness, deadline, random: random.fork() })
    this.#kinds = options.kinds ?? KINDS
    for (const kind of this.#kinds) this.#invalidations.set(kind, 0)
    const places = Array.from({ length: this.#world.size * WORKERS }, (_, worker) => worker % this.#world.size)
    this.#workers = [
      ...places.map((place) => this.#work(place, random.fork())),
      this.#renew(random.fork()),
      this.#disturb(random.fork()),
      this.#listen(),
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
    this.#stale ??= this.#world.fault ?? this.#crowded()
    const { leased, notices, happened } = this.#world
    const milliseconds = performance.now() - this.#begun
    return {
      seed: this.#options.seed,
      reads: this.#reads,
      invalidations: Object.fromEntries(this.#invalidations),
      reachedHere: this.#reachedHere,
      stale: this.#stale,
      tally,
      happened: { ...happened, 'failure remembered': this.#remembered },
      leased: { loads: leased.length, together: together(leased) },
      notices: { told: notices, checked: this.#checked },
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
        random.chance(0.69) ? this.#invalidate(member, random) : this.#readSome(member, random),
      )
      if (random.chance(0.1)) await setTimeout(random.next() * 10)
    }
  }

  /** Reads a handful of entries at the same time, again and again. */
  async #readSome(member: Member, random: Random): Promise<void> {
    const chosen = Array.from({ length: 1 + random.below(8) }, () => member.catalog.any(random, this.#options.readings))
    const again = random.chance(0.4) ? [random.pick(chosen)] : []
    for (let left = 1 + random.below(12); left > 0 && !this.#over; left -= 1) {
      await Promise.all([...chosen, ...again].map((reading) => this.#read(member, reading)))
      // What memory answers takes no turn of the event loop; without one nothing else would ever happen.
      await setImmediate()
    }
  }

  async #read({ node }: Member, reading: Reading): Promise<void> {
    const started = instant()
    const all = await gotOf(reading, started)
    this.#reads += Math.max(1, all.length)
    for (const got of all) this.#judge(node, got, started)
  }

  #judge(node: Member['node'], got: Got, started: number): void {
    const { path, part, fresh, failed = false } = got
    if (failed) this.#remembered += 1
    const { seed } = this.#options
    const wrong = misread(got, started)
    if (wrong !== undefined) this.#stale ??= `seed ${seed}: ${wrong}`
    const stale = part && this.#world.oracle.judge(node.id, path, started, part, fresh)
    if (stale !== undefined) this.#stale ??= `seed ${seed}: ${describeStaleRead(stale, node, instant())}`
  }

  async #invalidate(member: Member, random: Random): Promise<void> {
    const kind = anyInvalidation(random, this.#kinds)
    const { names, lazy, set, run, told = true } = makeInvalidation(kind, random, member, this.#world)
    const made = await this.#world.oracle.during({ kind, names, lazy, set, node: member.node.id }, run)
    this.#invalidations.set(kind, (this.#invalidations.get(kind) ?? 0) + 1)
    this.#invalidated += 1
    if (made.reached === 'here') this.#reachedHere += 1
    if (!told) return
    this.#stale ??= member.node.listener.untold(made)
    if (made.reached === 'all' && random.chance(HEARD)) this.#unheard.push(made)
  }

  /** Looks whether instances have heard of what others have invalidated, and done what they had to do later. */
  async #listen(): Promise<void> {
    for (; !this.#over; await setTimeout(50)) {
      this.#stale ??= this.#world.fault ?? this.#crowded()
      if (this.#options.calm !== true) continue
      const now = instant()
      const due = this.#unheard.filter((made) => heardBy(made, this.#maxStaleness) < now)
      this.#unheard = this.#unheard.filter((made) => !due.includes(made))
      for (const made of due) this.#checkHeard(made)
    }
  }

  /** Where the backend answers, one instance at a time loads under a lease; a busy machine may make some claims late. */
  #crowded(): string | undefined {
    const { leased } = this.#world
    const count = together(leased)
    if (this.#options.calm !== true || count <= 3 + leased.length / 25) return undefined
    return `${count} of ${leased.length} loads under a lease began while another one ran`
  }

  #checkHeard(made: Invalidation): void {
    for (const { node } of this.#world.members) {
      if (node.id === made.node || node.listener.opened + CONNECTED > made.called) continue
      this.#checked += 1
      this.#stale ??= node.listener.unheard(made)
    }
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
