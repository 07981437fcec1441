import { setTimeout } from 'node:timers/promises'
import { together } from '../checker/loads.ts'
import { emptyTally, type Tally } from '../checker/node.ts'
import { instant } from '../checker/oracle.ts'
import { type Random, seededRandom } from '../checker/random.ts'
import { describeStaleRead } from '../checker/report.ts'
import type { Trouble } from './disturbances.ts'
import { Judge } from './judge.ts'
import type { ConnectionOrders, FromWorker, Orders } from './messages.ts'
import { anySkew } from './skew.ts'
import { type Ended, WorkerProcess } from './worker-process.ts'

export interface FleetOptions {
  readonly seed: number
  /** The worker program. */
  readonly program: string
  readonly app: string
  readonly consistency: 'bounded' | 'strict'
  /** One process for each. */
  readonly connections: readonly ConnectionOrders[]
  /** Ends once there were so many of both, */
  readonly reads: number
  readonly invalidations: number
  /** or after so many ms, or with the first stale read. */
  readonly longest: number
  /** @default 300 */
  readonly maxStaleness?: number
  /** Milliseconds. Less than some stalls. @default 300 */
  readonly deadline?: number
  /** @default 4000 */
  readonly reopenEvery?: number
  /** How often a process is killed while it loads under a lease, in ms; another one takes its place. @default never */
  readonly killEvery?: number
  /** What goes wrong meanwhile; each list goes on beside the others. */
  readonly disturbances?: (workers: readonly WorkerProcess[]) => readonly Trouble[]
}

export interface FleetOutcome {
  readonly seed: number
  readonly reads: number
  readonly invalidations: number
  /** Invalidations that did not reach the backend. */
  readonly reachedHere: number
  /** How often different values were read. */
  readonly values: number
  /** How often what went wrong. */
  readonly disturbed: Readonly<Record<string, number>>
  /** Loads under a lease, and those of them that began while another process loaded the same. */
  readonly leased: { readonly loads: number; readonly together: number }
  /** How often listeners were told of an invalidation. */
  readonly notices: number
  /** The first stale read, described; undefined for none. */
  readonly stale: string | undefined
  readonly tally: Tally
  readonly milliseconds: number
}

/** Entries in memory of each process: half of them hold nearly nothing. */
const ENTRIES: readonly number[] = [10_000, 40, 10_000, 12]

/** Runs random operations in real processes until there were enough of them, or one read was stale. */
export async function runFleet(options: FleetOptions): Promise<FleetOutcome> {
  const fleet = new Fleet(options)
  try {
    return await fleet.run()
  } finally {
    await fleet.kill()
  }
}

class Fleet {
  readonly #options: FleetOptions
  readonly #random: Random
  readonly #judge: Judge
  readonly #workers: WorkerProcess[]
  readonly #disturbed: Record<string, number> = {}
  #begun = instant()
  #failed: string | undefined

  constructor(options: FleetOptions) {
    this.#options = options
    this.#random = seededRandom(options.seed)
    const { consistency, connections, maxStaleness = 300 } = options
    this.#judge = new Judge(connections.length, consistency === 'strict' ? 0 : maxStaleness)
    this.#workers = connections.map((_, place) => this.#fork(place))
  }

  async run(): Promise<FleetOutcome> {
    await this.#start()
    const troubles = this.#options.disturbances?.(this.#workers) ?? []
    await Promise.all([
      this.#wait(),
      this.#replace(this.#random.fork()),
      ...troubles.map((trouble) => this.#disturb(trouble, this.#random.fork())),
    ])
    const milliseconds = instant() - this.#begun
    const ended = await this.#finish()
    if (this.#failed !== undefined) throw new Error(`seed ${this.#options.seed}: ${this.#failed}`)
    const { reads, invalidations, reachedHere, values, leased, notices } = this.#judge
    return {
      seed: this.#options.seed,
      reads,
      invalidations,
      reachedHere,
      values,
      disturbed: this.#disturbed,
      leased: { loads: leased.length, together: together(leased) },
      notices,
      stale: this.#describe(ended),
      tally: total(ended),
      milliseconds,
    }
  }

  async kill(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.kill()))
  }

  async #start(): Promise<void> {
    await Promise.all(this.#workers.map((worker, place) => worker.start(this.#ordersOf(place, place))))
    this.#begun = instant()
  }

  #fork(place: number): WorkerProcess {
    return new WorkerProcess(this.#options.program, (message) => this.#hear(place, message))
  }

  /** @param process the process's own number; in its place there were others before. */
  #ordersOf(place: number, process: number): Orders {
    const { app, consistency, connections, maxStaleness = 300, deadline = 300, reopenEvery = 4000 } = this.#options
    const connection = connections[place]
    if (connection === undefined) throw new Error(`there is no connection ${place}`)
    const seed = this.#random.below(2 ** 31)
    const entries = ENTRIES[place % ENTRIES.length] ?? 1
    const times = { maxStaleness, deadline, reopenEvery, skew: anySkew(this.#random) }
    return { process, seed, app, connection, consistency, entries, ...times }
  }

  /** Kills processes that load under a lease, and puts others in their places. */
  async #replace(random: Random): Promise<void> {
    const { killEvery } = this.#options
    if (killEvery === undefined) return
    for (let process = this.#workers.length; ; process += this.#workers.length) {
      for (const next = instant() + killEvery; instant() < next && !this.#over;) await setTimeout(20)
      if (this.#over) return
      const place = random.below(this.#workers.length)
      const held = await this.#workers[place]?.killLoading()
      const name = held ? 'killed while it loaded' : 'killed'
      this.#disturbed[name] = (this.#disturbed[name] ?? 0) + 1
      const worker = this.#fork(place)
      this.#workers[place] = worker
      await worker.start(this.#ordersOf(place, process + place))
    }
  }

  get #over(): boolean {
    const { reads, invalidations, longest } = this.#options
    return (
      this.#judge.caught !== undefined ||
      this.#failed !== undefined ||
      instant() - this.#begun > longest ||
      (this.#judge.reads >= reads && this.#judge.invalidations >= invalidations)
    )
  }

  async #wait(): Promise<void> {
    while (!this.#over) await setTimeout(20)
  }

  async #disturb({ list, pause }: Trouble, random: Random): Promise<void> {
    const sum = list.reduce((before, { weight }) => before + weight, 0)
    while (!this.#over) {
      let left = random.next() * sum
      const chosen = list.find(({ weight }) => (left -= weight) < 0)
      if (chosen !== undefined) {
        this.#disturbed[chosen.name] = (this.#disturbed[chosen.name] ?? 0) + 1
        await chosen.happen(random)
      }
      await setTimeout(random.below(2 * pause))
    }
  }

  #hear(process: number, message: FromWorker): void {
    if (message.kind === 'batch' || message.kind === 'ended') this.#judge.take(process, message.batch)
    else if (message.kind === 'failed') this.#failed ??= message.text
  }

  async #finish(): Promise<readonly Ended[]> {
    const { caught } = this.#judge
    const explain = caught && { node: caught.stale.node, paths: [caught.stale.path, caught.stale.part.path] }
    // One that failed cannot end in order.
    if (this.#failed !== undefined) return []
    return Promise.all(this.#workers.map((worker) => worker.finish(explain)))
  }

  #describe(ended: readonly Ended[]): string | undefined {
    const { caught } = this.#judge
    if (caught === undefined) return undefined
    const eventsOf = (): Ended['events'] => ended.flatMap(({ events }) => events)
    return `seed ${this.#options.seed}: ${describeStaleRead(caught.stale, { eventsOf }, caught.ended)}`
  }
}

function total(ended: readonly Ended[]): Tally {
  const sum = emptyTally()
  for (const { tally } of ended) {
    // The names are those of the sum, which was made with all of them.
    for (const name of Object.keys(sum) as (keyof Tally)[]) sum[name] += tally[name]
  }
  return sum
}
