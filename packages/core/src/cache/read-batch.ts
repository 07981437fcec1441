import type { Snapshot } from './cache-store.ts'

/** What came of one read. */
export interface Fetched {
  readonly bytes: Uint8Array | undefined
  /** Holds the names asked for, and perhaps others. */
  readonly snapshot: Snapshot | undefined
  /** Milliseconds of the trip that were the backend's. */
  readonly took: number
  /** Own instant of the sending. */
  readonly sent: number
  /** Place in the local order at the sending. */
  readonly sequence: number
  /** Place in the order of tracked changes at the sending; 0 where nothing is tracked. */
  readonly mark: number
}

/** What came of a trip: the entries in the order of its keys. */
export interface Came extends Omit<Fetched, 'bytes' | 'took'> {
  readonly entries: readonly (Uint8Array | undefined)[]
}

/** What a read has cost its caller of the time that the backend may take. */
export function tookOf({ took }: Fetched): number {
  return took
}

/** Keys of one batch; more go into the next one, so that no single reply becomes large. */
const MOST_KEYS = 64

/** Timeouts of callers that share a trip: the shorter one is at least this share of the longer one. */
const ALIKE = 0.8

/** Reads that go in one trip. One of a single key costs little: that is every read that nobody else makes company. */
export class Batch {
  readonly order: number
  readonly keys: string[] = []
  readonly #waiting: Waiting[] = []
  /** Sends the question even when the view is proven. */
  ask = false
  timeout: number
  /** Where each key is among them, from the second one on. */
  #places: Map<string, number> | undefined
  #names: Set<string> | undefined

  /** @param order its place among all batches. */
  constructor(timeout: number, order: number) {
    this.timeout = timeout
    this.order = order
  }

  /** The markers that are wanted, in one snapshot; undefined for none. */
  get names(): readonly string[] | undefined {
    return this.#names === undefined ? undefined : [...this.#names]
  }

  get isFull(): boolean {
    return this.keys.length >= MOST_KEYS
  }

  /** How much is under way with it: a question alone counts as well. */
  get weight(): number {
    return Math.max(1, this.keys.length)
  }

  /** Whoever is in a hurry gets a trip of its own: a trip takes as long as the most patient of its callers waits. */
  suits(timeout: number): boolean {
    return Math.min(this.timeout, timeout) >= ALIKE * Math.max(this.timeout, timeout)
  }

  /** @param path none for a proof alone. */
  add(path: string | undefined, names: readonly string[], ask: boolean, timeout: number): Promise<Fetched> {
    const place = path === undefined ? NOWHERE : this.#placeOf(path)
    if (names.length > 0) this.#want(names)
    if (ask) this.ask = true
    this.timeout = Math.max(this.timeout, timeout)
    return new Promise((resolve, reject) => this.#waiting.push({ place, resolve, reject }))
  }

  /** Hands everybody their part. */
  answer({ entries, snapshot, sent, sequence, mark }: Came, took: number): void {
    for (const { place, resolve } of this.#waiting)
      resolve({ bytes: place === NOWHERE ? undefined : entries[place], snapshot, took, sent, sequence, mark })
  }

  fail(error: unknown): void {
    for (const { reject } of this.#waiting) reject(error)
  }

  #want(names: readonly string[]): void {
    this.#names ??= new Set()
    for (const name of names) this.#names.add(name)
  }

  #placeOf(path: string): number {
    const { keys } = this
    if (keys.length === 0) return keys.push(path) - 1
    this.#places ??= new Map(keys.map((key, place) => [key, place]))
    const known = this.#places.get(path)
    if (known !== undefined) return known
    this.#places.set(path, keys.length)
    return keys.push(path) - 1
  }
}

/** The place of who wants no entry. */
const NOWHERE = -1

interface Waiting {
  readonly place: number
  readonly resolve: (fetched: Fetched) => void
  readonly reject: (error: unknown) => void
}
