import type { Backend } from '../../src/index.ts'
import { type Catalog, openCatalog } from './catalog.ts'
import { Database } from './database.ts'
import { emptyTally, Node, type Tally } from './node.ts'
import { Oracle } from './oracle.ts'
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
  #opened = 0

  constructor(options: WorldOptions) {
    this.#options = options
    this.oracle = new Oracle(options.maxStaleness)
    this.database = new Database(options.random.fork())
    this.#members = ENTRIES.map((entries) => this.#open(entries))
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

  async #retire({ node }: Member): Promise<void> {
    await node.retire()
    node.addTo(this.#tally)
  }

  #open(entries: number): Member {
    const { backend, app, maxStaleness, deadline } = this.#options
    const node = new Node({ id: this.#opened, app, backend, maxStaleness, deadline, entries })
    this.#opened += 1
    return { node, catalog: openCatalog(node.redstart, this.database) }
  }
}
