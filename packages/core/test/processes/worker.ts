import { setImmediate, setTimeout } from 'node:timers/promises'
import type { Backend } from '../../src/index.ts'
import { openCatalog } from '../checker/catalog.ts'
import { Database } from '../checker/database.ts'
import { anyInvalidation, makeInvalidation } from '../checker/invalidations.ts'
import { type LeasedLoad, Loads } from '../checker/loads.ts'
import type { Surroundings } from '../checker/making.ts'
import { emptyTally, type Heard, Node, type Tally } from '../checker/node.ts'
import { type Invalidation, instant, type Part } from '../checker/oracle.ts'
import { type Random, seededRandom } from '../checker/random.ts'
import { gotOf, misread, type Reading } from '../checker/reading.ts'
import type { Member } from '../checker/world.ts'
import type { Orders } from './messages.ts'
import { Notebook } from './notebook.ts'

/** Loops that work on the instance at the same time. */
const LOOPS = 20
/** Milliseconds. */
const LONGEST_REST = 300
/** Numbers are told apart by the process that gave them. */
const MOST_PROCESSES = 4096

/** One process's random reads and invalidations, on an instance that is replaced by a new one now and then. */
export class Worker {
  readonly notebook: Notebook = new Notebook()
  readonly #orders: Orders
  readonly #backend: Backend
  readonly #around: Surroundings & { readonly database: Database }
  readonly #nodes: Node[] = []
  readonly #retiring: Promise<void>[] = []
  readonly #loops: readonly Promise<void>[]
  #member: Member
  #over = false
  #sets = 0
  /** Called when a load begins under a lease, which then does not end. */
  #onHolding: (() => void) | undefined

  constructor(orders: Orders, backend: Backend) {
    this.#orders = orders
    this.#backend = backend
    const random = seededRandom(orders.seed)
    const database = new Database(random.fork())
    this.#around = { oracle: { nextSet: () => (this.#sets += MOST_PROCESSES) + orders.process }, database }
    this.#member = this.#open()
    this.#loops = [...Array.from({ length: LOOPS }, () => this.#work(random.fork())), this.#renew()]
  }

  /** Rejects as soon as something failed that must not. */
  async failed(): Promise<void> {
    await Promise.all(this.#loops)
  }

  /** Ends everything; returns what all instances counted. */
  async end(): Promise<Tally> {
    this.#over = true
    await Promise.all(this.#loops)
    await Promise.all([...this.#retiring, this.#member.node.retire()])
    const tally = emptyTally()
    for (const node of this.#nodes) node.addTo(tally, {})
    return tally
  }

  /** Makes the next load under a lease last for ever, since the process is about to be killed. */
  hold(onHolding: () => void): void {
    this.#onHolding = onHolding
  }

  eventsOf(id: number, paths: readonly string[]): readonly Heard[] {
    return this.#nodes.find((node) => node.id === id)?.eventsOf(paths) ?? []
  }

  #open(): Member {
    const { app, maxStaleness, deadline, entries, consistency, process } = this.#orders
    const id = this.#nodes.length * MOST_PROCESSES + process
    const backend = this.#backend
    const onSettled = (invalidation: Invalidation): void => this.notebook.invalidated({ invalidation, set: undefined })
    const node = new Node({ id, app, backend, maxStaleness, deadline, entries, consistency, onSettled })
    this.#nodes.push(node)
    node.redstart.onInvalidate(() => this.notebook.noticed())
    const loads = new Loads(this.#around.database, (load) => this.#onLeased(load))
    return { node, loads, catalog: openCatalog(node.redstart, loads, node.release) }
  }

  async #onLeased(load: LeasedLoad | string): Promise<void> {
    if (typeof load !== 'string') return this.notebook.loaded(load)
    if (this.#onHolding === undefined) return
    this.#onHolding()
    await new Promise(() => undefined)
  }

  async #renew(): Promise<void> {
    const { reopenEvery } = this.#orders
    for (let next = instant() + reopenEvery; !this.#over; await setTimeout(20)) {
      if (instant() < next) continue
      this.#retiring.push(this.#member.node.retire())
      this.#member = this.#open()
      next = instant() + reopenEvery
    }
  }

  async #work(random: Random): Promise<void> {
    while (!this.#over) {
      const member = this.#member
      await member.node.during(() =>
        random.chance(0.66) ? this.#invalidate(member, random) : this.#readSome(member, random),
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

  async #read({ node, loads }: Member, reading: Reading): Promise<void> {
    const started = instant()
    const all = await gotOf(reading, started)
    const ended = instant()
    if (all.length === 0) this.notebook.read(undefined)
    if (loads.fault !== undefined) throw new Error(loads.fault)
    for (const got of all) {
      const { path, part: value, fresh = false, forced = false } = got
      // Wall clocks are set here and there, and processes stand still: nobody knows when something should end.
      const part = value && endless(value)
      const wrong = misread({ path, part, forced }, started)
      if (wrong !== undefined) throw new Error(wrong)
      this.notebook.read(value && { node: node.id, path, started, ended, value, fresh })
    }
  }

  async #invalidate(member: Member, random: Random): Promise<void> {
    const kind = anyInvalidation(random)
    const { names, lazy, set, run, told = true } = makeInvalidation(kind, random, member, this.#around)
    const called = instant()
    const { reached } = await run()
    const invalidation = { kind, names, lazy, node: member.node.id, called, resolved: instant(), reached }
    this.notebook.invalidated({ invalidation, set })
    const untold = told ? member.node.listener.untold(invalidation) : undefined
    if (untold !== undefined) throw new Error(untold)
    // In an outage they fail at once; without a pause most of all would be such ones.
    if (reached === 'here') await setTimeout(random.next() * LONGEST_REST)
  }
}

function endless({ until: _until, ...part }: Part): Part {
  return part
}
