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
  /** Which value it is, where the path alone does not say. */
  readonly as?: string
  /** What can hit it, where the path does not say. */
  readonly names?: (tags: readonly string[]) => readonly string[]
  /** Milliseconds from its load for which it may be served at the most. */
  readonly life?: number
  /** How many times longer than usual the load takes. */
  readonly slow?: number
  /** No tags are added while it runs. */
  readonly punctual?: boolean
}

/** A loader that failed on purpose. */
export class RefusedLoad extends Error {
  /** What it would have returned. */
  readonly part: Part
  readonly ended: number

  constructor(part: Part) {
    super(part.path)
    this.part = part
    this.ended = instant()
  }
}

/** A caller that did not wait any longer. */
export class Left extends Error {}

/** Some more time for what must happen by some instant, in ms: the machine is busy. */
const PATIENCE = 200

/** The changing world behind the cache: each path has a category, which moves. */
export class Database {
  readonly #random: Random
  readonly #categories = new Map<string, number>()
  /** Of each path the latest look that found nothing. */
  readonly #absences = new Map<string, Part>()
  /** No other database is behind the same cache. */
  readonly only: boolean

  constructor(random: Random, only: boolean = false) {
    this.#random = random
    this.only = only
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
  async load({ path, tags: tag }: Pick<LoadContext, 'path' | 'tags'>, source: Source): Promise<Part> {
    const { tags, categorised = false, failing = 0, parts, dated = false, slow = 1, punctual = false } = source
    const born = instant()
    const category = this.categoryOf(path)
    const late = !punctual && this.#random.chance(0.3) ? [`late:${this.#random.below(LATE)}`] : []
    const fails = this.#random.chance(failing)
    await this.work(slow)
    const read = (await parts?.()) ?? []
    if (this.#random.chance(0.3)) await this.work(slow)
    if (!fails) tag(...late)
    const named = [...tags, ...(fails ? [] : late), ...(categorised && !fails ? [category] : [])]
    const part: Part = {
      path: source.as ?? path,
      born,
      names: source.names?.(named) ?? namesOf(path, named),
      category,
      parts: read.filter((each) => each !== undefined && each !== null),
      ...(dated && { at: new Date(0) }),
      ...(source.life !== undefined && !fails && { until: instant() + source.life + PATIENCE }),
    }
    if (fails) throw new RefusedLoad(part)
    return part
  }

  /** Loads that there is nothing at a path. */
  async loadNothing(context: LoadContext, source: Source): Promise<null> {
    const part = await this.load(context, { ...source, punctual: true })
    // Another instance's load that began earlier may end later.
    const known = this.#absences.get(part.path)
    if (known === undefined || known.born < part.born) this.#absences.set(part.path, part)
    return null
  }

  /** The youngest proof that there is nothing at a path, where it is known: no older one may be served either. */
  absenceOf(path: string): Part | undefined {
    return this.only ? this.#absences.get(path) : undefined
  }

  /** True now and then. */
  chance(probability: number): boolean {
    return this.#random.chance(probability)
  }

  /** Takes as long as a database would: sometimes nothing at all. */
  async work(slow: number = 1): Promise<void> {
    if (this.#random.chance(0.2)) return
    if (this.#random.chance(0.3)) await setImmediate()
    else await setTimeout(this.#random.next() * LONGEST_LOAD * slow)
  }
}
