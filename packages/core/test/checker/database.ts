import { setImmediate, setTimeout } from 'node:timers/promises'
import type { LoadContext } from '../../src/index.ts'
import { namesOf } from './names.ts'
import { instant, type Part } from './oracle.ts'
import type { Random } from './random.ts'

/** How many categories a row may be in. */
export const CATEGORIES = 40
/** How many tags loaders add while they run. */
export const LATE = 60
/** The longest load, in ms. */
const LONGEST_LOAD = 20

/** What a loader makes its value of. */
export interface Source {
  /** Tags that the caller declared or derived from the arguments. */
  readonly tags: readonly string[]
  /** True where the caller tags the value with its category. */
  readonly categorised?: boolean
  /** How often the load fails. */
  readonly failing?: number
  /** Values read through the cache on the way. */
  readonly parts?: () => Promise<readonly (Part | undefined)[]>
  /** Makes a value that is copied for each reader. */
  readonly dated?: boolean
}

/** A loader that failed on purpose. */
export class RefusedLoad extends Error {}

/** The changing world behind the cache: each path has a category, which moves. */
export class Database {
  readonly #random: Random
  readonly #categories = new Map<string, number>()

  constructor(random: Random) {
    this.#random = random
  }

  categoryOf(path: string): string {
    return `category:${this.#categories.get(path) ?? path.length % CATEGORIES}`
  }

  /** Moves a path to another category; returns the one that it left. */
  move(path: string): string {
    const left = this.categoryOf(path)
    this.#categories.set(path, this.#random.below(CATEGORIES))
    return left
  }

  /** Loads what is at a path now. */
  async load(
    { path, tags: tag }: LoadContext,
    { tags, categorised = false, failing = 0, parts, dated = false }: Source,
  ): Promise<Part> {
    const born = instant()
    const category = this.categoryOf(path)
    const late = this.#random.chance(0.3) ? [`late:${this.#random.below(LATE)}`] : []
    const fails = this.#random.chance(failing)
    await this.#work()
    const read = (await parts?.()) ?? []
    if (this.#random.chance(0.3)) await this.#work()
    if (fails) throw new RefusedLoad(path)
    tag(...late)
    const names = namesOf(path, [...tags, ...late, ...(categorised ? [category] : [])])
    return {
      path,
      born,
      names,
      category,
      parts: read.filter((part) => part !== undefined),
      ...(dated && { at: new Date(0) }),
    }
  }

  /** Takes as long as a database would: sometimes nothing at all. */
  async #work(): Promise<void> {
    if (this.#random.chance(0.2)) return
    if (this.#random.chance(0.3)) await setImmediate()
    else await setTimeout(this.#random.next() * LONGEST_LOAD)
  }
}
