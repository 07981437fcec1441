import type { Backend } from '../../src/index.ts'
import { type Catalog, openCatalog } from './catalog.ts'
import { Database } from './database.ts'
import { type LeasedLoad, Loads } from './loads.ts'
import { emptyTally, type Happened, Node, type Tally } from './node.ts'
import { type Invalidation, Oracle } from './oracle.ts'
import type { Random } from './random.ts'

export interface WorldOptions {
  readonly backend: Backend
  readonly app: string
  readonly maxStaleness: number
  readonly deadline: number
  readonly random: Random
}

/** An instance and the ways of reading through it. */
export interface Member {
  readonly node: Node
  readonly catalog: Catalog
  readonly loads: Loads
}

/** Entries in memory of each instance: two of them hold nearly nothing. */
const ENTRIES: readonly number[] = [10_000, 10_000, 12, 40]

/** Several instances over one backend, one database behind them, and one oracle above. */
export class World {
  readonly oracle: Oracle
  readonly database: Database
  readonly #options: WorldOptions
  readonly #members: Member[]
  readonly #retiring: Promise<void>[] = []
  readonly #tally = emptyTally()
  /** Events of all instances. */
  readonly happened: Happened = {}
  /** Of all instances. */
  readonly leased: LeasedLoad[] = []
  /** Notices of invalidations that listeners were given. */
  notices = 0
  #fault: string | undefined
  #opened = 0

  constructor(options: WorldOptions) {
    this.#options = options
    this.oracle = new Oracle(options.maxStaleness)
    this.database = new Database(options.random.fork(), true)
    this.#members = ENTRIES.map((entries) => this.#open(entries))
  }

  /** What went wrong beyond what was read. */
  get fault(): string | undefined {
    return this.#fault ?? this.#members.map(faultOf).find((fault) => fault !== undefined)
  }

  get members(): readonly Member[] {
    return this.#members
  }

  /** How many instances there are at a time. */
  get size(): number {
    return ENTRIES.length
  }

  member(place: number): Member {
    const member = this.#members[place]
    if (member === undefined) throw new Error(`there is no instance ${place}`)
    return member
  }

  /** Puts a new instance, with nothing in memory, in the place of an old one. What runs on the old one ends there. */
  reopen(place: number): void {
    const old = this.member(place)
    this.#members[place] = this.#open(ENTRIES[place] ?? 1)
    this.#retiring.push(this.#retire(old))
  }

  /** Closes everything; returns what all instances counted. */
  async close(): Promise<Tally> {
    await Promise.all([...this.#retiring, ...this.#members.map((member) => this.#retire(member))])
    return this.#tally
  }

  async #retire(member: Member): Promise<void> {
    const { node } = member
    await node.retire()
    node.addTo(this.#tally, this.happened)
    this.notices += node.listener.notices
    this.#fault ??= faultOf(member)
  }

  #open(entries: number): Member {
    const { backend, app, maxStaleness, deadline } = this.#options
    const onSettled = (invalidation: Invalidation): void => this.oracle.record(invalidation)
    const node = new Node({ id: this.#opened, app, backend, maxStaleness, deadline, entries, onSettled })
    this.#opened += 1
    const loads = new Loads(this.database, (load) => {
      if (typeof load !== 'string') this.leased.push(load)
    })
    return { node, loads, catalog: openCatalog(node.redstart, loads, node.release) }
  }
}

function faultOf({ node, loads }: Member): string | undefined {
  return loads.fault ?? node.overdue()
}
