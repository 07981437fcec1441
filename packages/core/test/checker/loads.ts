import type { LoadContext } from '../../src/index.ts'
import type { Database, Source } from './database.ts'
import { instant, type Part } from './oracle.ts'

/** A load that ran under a lease. */
export interface LeasedLoad {
  readonly path: string
  readonly began: number
  readonly ended: number
}

/** Hears the path of each load under a lease before it begins, which waits for it, and all of it when it has ended. */
export type LeaseListener = (load: LeasedLoad | string) => Promise<void> | void

/** How a load is watched. */
interface Watched {
  /** Milliseconds that a loader has, where it is not the usual half minute. */
  readonly timeout?: number
  readonly leased?: boolean
}

/** Timers may be early by so many ms. */
const EARLY = 2

/** The loads of one instance: watches that one runs for each path, however it came about. */
export class Loads {
  readonly #database: Database
  readonly #onLeased: LeaseListener
  /** Of each path whose load runs, the instant from which it may have been given up. */
  readonly #running = new Map<string, number>()
  /** Two loads that ran for one path at the same time. */
  fault: string | undefined

  constructor(database: Database, onLeased: LeaseListener) {
    this.#database = database
    this.#onLeased = onLeased
  }

  async load(context: LoadContext, source: Source, watched: Watched = {}): Promise<Part> {
    return this.#watch(context.path, watched, () => this.#database.load(context, source))
  }

  /** Takes as long as a load, and returns what was there before. */
  async again(context: LoadContext, before: () => Part): Promise<Part> {
    return this.#watch(context.path, {}, async () => {
      const part = before()
      await this.#database.work()
      return part
    })
  }

  /** True now and then. */
  chance(probability: number): boolean {
    return this.#database.chance(probability)
  }

  /** The same, or that there is nothing. @param life of that, in ms. */
  async perhaps(context: LoadContext, source: Source, life: number): Promise<Part | null> {
    return this.#watch(context.path, {}, () =>
      this.#database.chance(0.5)
        ? this.#database.load(context, source)
        : this.#database.loadNothing(context, { ...source, life }),
    )
  }

  /** Loads several at a time; they have read the same parts. */
  async many(paths: readonly string[], sources: readonly Source[], parts: Source['parts']): Promise<readonly Part[]> {
    const read = parts && (await this.#watchAll(paths, parts))
    return this.#watchAll(paths, () =>
      Promise.all(
        paths.map((path, n) =>
          this.#database.load(
            { path, tags: () => undefined },
            { tags: [], ...sources[n], punctual: true, ...(read && { parts: async () => read }) },
          ),
        ),
      ),
    )
  }

  /** No other database is behind the cache. */
  get only(): boolean {
    return this.#database.only
  }

  /** See {@link Database.absenceOf}. */
  absenceOf(path: string): Part | undefined {
    return this.#database.absenceOf(path)
  }

  async #watchAll<T>(paths: readonly string[], load: () => Promise<T>): Promise<T> {
    const [path, ...others] = paths
    return path === undefined ? load() : this.#watch(path, {}, () => this.#watchAll(others, load))
  }

  async #watch<T>(path: string, { timeout = Infinity, leased = false }: Watched, load: () => Promise<T>): Promise<T> {
    const began = instant()
    const before = this.#running.get(path)
    if (before !== undefined && began < before) this.fault ??= `two loads of ${path} ran at the same time`
    const until = began + timeout - EARLY
    this.#running.set(path, until)
    try {
      if (leased) await this.#onLeased(path)
      return await load()
    } finally {
      if (this.#running.get(path) === until) this.#running.delete(path)
      if (leased) await this.#onLeased({ path, began, ended: instant() })
    }
  }
}

/** How many loads began while another one of the same path ran. */
export function together(loads: readonly LeasedLoad[]): number {
  const ends = new Map<string, number>()
  let count = 0
  for (const { path, began, ended } of [...loads].sort((one, other) => one.began - other.began)) {
    const end = ends.get(path) ?? -Infinity
    if (began < end) count += 1
    ends.set(path, Math.max(end, ended))
  }
  return count
}
