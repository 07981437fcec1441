import type { Context } from './context.ts'
import type { Entry } from './entry.ts'
import { copyMeta, type Meta } from './redis-meta.ts'

export interface Stored {
  readonly entry: Entry
  readonly expires: number
}

/** All that a server holds. */
export interface Data {
  readonly meta: Meta | undefined
  readonly entries: Map<string, Stored>
}

/** A place in what one run of a server wrote. */
export interface Mark {
  readonly run: number
  readonly offset: number
}

/** A master that does not know yet that another one was promoted. */
export interface Retired {
  readonly run: number
  readonly until: number
  data: Data
}

export function copyData({ meta, entries }: Data): Data {
  return { meta: meta && copyMeta(meta), entries: new Map(entries) }
}

interface Replica {
  /** Identity of the running server. */
  run: number
  data: Data
  /** What it has on disk. */
  saved: Data
  /** The run of the master that its data came from last. */
  followed: number
  /** How far it follows the master of now; none before it has begun to. */
  acknowledged: number
}

/** The servers that may become the master. Each holds what the master held at some time, of its own or an earlier one. */
export class Replicas {
  readonly #context: Context
  readonly #newRun: () => number
  readonly #list: Replica[]

  constructor(context: Context, count: number, newRun: () => number) {
    this.#context = context
    this.#newRun = newRun
    this.#list = Array.from({ length: count }, () => this.#blank())
  }

  /** One of them catches up with the master, and now and then somebody writes down at the master that it is there. */
  follow(master: Data, run: number, offset: number): void {
    const { random } = this.#context
    const replica = this.#any()
    replica.data = copyData(master)
    replica.followed = run
    replica.acknowledged = offset
    if (random.chance(0.1)) replica.saved = copyData(master)
    if (random.chance(0.5)) master.meta?.runs.add(replica.run)
  }

  /** What WAIT says. */
  acknowledged(offset: number): boolean {
    const has = (replica: Replica): boolean => replica.acknowledged >= offset
    if (this.#list.length === 0) return true
    return this.#context.rules.allReplicas ? this.#list.every(has) : this.#list.some(has)
  }

  /** One becomes the master; a blank server takes its place, and the others do not follow the new master yet. */
  promote(): Pick<Replica, 'run' | 'followed' | 'data'> {
    const replica = this.#any()
    const { run, followed, data } = replica
    Object.assign(replica, this.#blank())
    this.orphan()
    return { run, followed, data }
  }

  orphan(): void {
    for (const replica of this.#list) replica.acknowledged = -1
  }

  /** One starts again with what it has on disk. */
  restart(): void {
    const replica = this.#any()
    Object.assign(replica, { run: this.#newRun(), data: copyData(replica.saved), acknowledged: -1 })
  }

  #any(): Replica {
    const replica = this.#list[this.#context.random.below(this.#list.length)]
    if (replica === undefined) throw new Error('the model asks for a replica where there is none')
    return replica
  }

  #blank(): Replica {
    const nothing: Data = { meta: undefined, entries: new Map() }
    return { run: this.#newRun(), data: nothing, saved: nothing, followed: -1, acknowledged: -1 }
  }
}
