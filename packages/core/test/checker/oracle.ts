import type { Reached } from '../../src/index.ts'

/** A value in the cache. It carries what decides whether it may still be read. */
export interface Part {
  readonly path: string
  /** When its load began; for a value that was set, when the call began. */
  readonly born: number
  /** Which `set` stored it: it counts as loaded when that call ended. */
  readonly set?: number
  /** All that can hit it. */
  readonly names: readonly string[]
  /** The tag that its loader found in the database. */
  readonly category: string
  /** What its loader read through the cache. */
  readonly parts: readonly Part[]
  /** Makes it a value that has to be copied for each reader. */
  readonly at?: Date
  /** The instant after which no read that starts may return it, however it was invalidated or not. */
  readonly until?: number
}

/** An invalidation, from its call to its end. */
export interface Invalidation {
  readonly kind: string
  readonly names: readonly string[]
  /** It only marks what it hits as stale. @default false */
  readonly lazy?: boolean | undefined
  readonly node: number
  readonly called: number
  /** Undefined while it runs. */
  resolved: number | undefined
  reached: Reached['reached'] | undefined
}

/** A read that returned what it must not. */
export interface StaleRead {
  readonly node: number
  readonly path: string
  readonly started: number
  readonly part: Part
  readonly hit: Invalidation
}

let last = 0

/**
 * Own instants: milliseconds of the machine's monotonic clock, which all of its processes share, and no two of a process
 * alike, so that of any two things that happened here one was first.
 */
export function instant(): number {
  last = Math.max(Number(process.hrtime.bigint()) / 1e6, last + 1e-5)
  return last
}

/** Knows of every invalidation, and whether a read may have returned what it did. */
export class Oracle {
  readonly #maxStaleness: number
  /** Of each name, in the order of their calls. */
  readonly #invalidations = new Map<string, Invalidation[]>()
  /** When a set ended. */
  readonly #sets = new Map<number, number>()
  #lastSet = 0

  /** @param maxStaleness milliseconds after which an invalidation holds on every instance. */
  constructor(maxStaleness: number) {
    this.#maxStaleness = maxStaleness
  }

  /** A number for a `set` that is about to be called. */
  nextSet(): number {
    this.#lastSet += 1
    return this.#lastSet
  }

  /** Records an invalidation around its call. @param set of a `set`, the number that its value carries. */
  async during(
    about: Pick<Invalidation, 'kind' | 'names' | 'lazy' | 'node'> & { readonly set?: number | undefined },
    call: () => Promise<Reached>,
  ): Promise<Invalidation & Reached> {
    const { kind, names, lazy, node, set } = about
    const called = instant()
    const invalidation: Invalidation = { kind, names, lazy, node, called, resolved: undefined, reached: undefined }
    this.#insert(invalidation)
    const { reached } = await call()
    invalidation.resolved = instant()
    invalidation.reached = reached
    if (set !== undefined) this.#sets.set(set, invalidation.resolved)
    return { ...invalidation, reached }
  }

  /** Records an invalidation that has ended, in another process. @param set as with {@link during}. */
  record(invalidation: Invalidation, set?: number): void {
    this.#insert(invalidation)
    if (set !== undefined && invalidation.resolved !== undefined) this.#sets.set(set, invalidation.resolved)
  }

  /** Keeps the order of the calls, in which other processes' ones do not come. */
  #insert(invalidation: Invalidation): void {
    for (const name of new Set(invalidation.names)) {
      const list = this.#invalidations.get(name)
      if (list === undefined) this.#invalidations.set(name, [invalidation])
      else list.splice(placeOf(invalidation, list), 0, invalidation)
    }
  }

  /**
   * Judges what a read returned that started at `started` on instance `node`.
   *
   * @param fresh true where it may not return either what was only marked stale.
   */
  judge(node: number, path: string, started: number, value: Part, fresh: boolean = false): StaleRead | undefined {
    const hit = this.#hit(value, node, started, fresh)
    if (hit !== undefined) return { node, path, started, part: value, hit }
    for (const part of value.parts) {
      const stale = this.judge(node, path, started, part, fresh)
      if (stale !== undefined) return stale
    }
    return undefined
  }

  /** An invalidation that should have kept this value from that read. */
  #hit({ names, born, set }: Part, node: number, started: number, fresh: boolean): Invalidation | undefined {
    const since = set === undefined ? born : (this.#sets.get(set) ?? Infinity)
    for (const name of names) {
      const list = this.#invalidations.get(name) ?? []
      for (let place = list.length - 1; place >= 0; place -= 1) {
        const invalidation = list[place]
        if (invalidation === undefined || invalidation.called < since) break
        if (this.#binds(invalidation, node, started, fresh)) return invalidation
      }
    }
    return undefined
  }

  /** Whether a read that started then, on that instance, had to respect an invalidation. */
  #binds(
    { node: own, resolved, reached, lazy = false }: Invalidation,
    node: number,
    started: number,
    fresh: boolean,
  ): boolean {
    // A lazy one that the backend has not answered to marks nothing before it has been sent again.
    if (resolved === undefined || (lazy && (!fresh || reached === 'here'))) return false
    if (own === node) return resolved < started
    return reached === 'all' && resolved + this.#maxStaleness < started
  }
}

/** Behind all that were called before. */
function placeOf({ called }: Invalidation, list: readonly Invalidation[]): number {
  let place = list.length
  while (place > 0 && (list[place - 1]?.called ?? called) > called) place -= 1
  return place
}
