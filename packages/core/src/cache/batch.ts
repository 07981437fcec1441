import { checkFunction, RedstartError } from '../errors.ts'
import { BatchFrame, type LoadFrame, type LoadFrames } from './load-frame.ts'
import type { LoadContext } from './load-context.ts'
import type { ReadQueue } from './read-queue.ts'

/** What a batch loader is given beside the arguments. */
export interface BatchContext {
  /** Aborts when nobody waits any more for anything in the batch. */
  readonly signal: AbortSignal
  /** True when nobody waits: stale entries are being refreshed. */
  readonly background: boolean
}

/**
 * Loads many at a time.
 *
 * @returns the values beside their arguments, in the same order and number, or by argument; one that is left out of a
 *   map is undefined.
 */
export type BatchLoader<Item, T> = (
  items: readonly Item[],
  context: BatchContext,
) => Promise<readonly T[] | ReadonlyMap<Item, T>> | readonly T[] | ReadonlyMap<Item, T>

export interface BatchParts {
  readonly frames: LoadFrames
  readonly queue: Pick<ReadQueue, 'settled'>
}

interface Waiting<Item> {
  readonly item: Item
  readonly context: LoadContext
  readonly frame: LoadFrame | undefined
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

/**
 * Gathers loads into one call: those that come while others are still being looked for in the backend, which takes more
 * than one reply where they are many. Each keeps its own moment, fixed before it came here; what the batch loader reads
 * through the cache becomes part of every one of them.
 */
export class Batch<Item> {
  readonly #load: BatchLoader<Item, unknown>
  readonly #frames: LoadFrames
  readonly #queue: Pick<ReadQueue, 'settled'>
  readonly #most: number
  #waiting: Waiting<Item>[] = []

  /** @param most items of one call. */
  constructor(load: BatchLoader<Item, unknown>, { frames, queue }: BatchParts, most: number) {
    checkFunction('the batch loader', load)
    this.#load = load
    this.#frames = frames
    this.#queue = queue
    this.#most = most
  }

  load(item: Item, context: LoadContext): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) void this.#gather()
      this.#waiting.push({ item, context, frame: this.#frames.current(), resolve, reject })
    })
  }

  async #gather(): Promise<void> {
    await this.#queue.settled()
    // Whoever got a reply has its turn first.
    setImmediate(() => this.#flush())
  }

  #flush(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (let n = 0; n < waiting.length; n += this.#most) void this.#run(waiting.slice(n, n + this.#most))
  }

  async #run(batch: readonly Waiting<Item>[]): Promise<void> {
    try {
      const context = { signal: whenAllHaveGone(batch), background: batch.every((one) => one.context.background) }
      const items = batch.map(({ item }) => item)
      const load = async (): Promise<unknown> => this.#load(items, context)
      const frames = batch.flatMap(({ frame }) => (frame === undefined ? [] : [frame]))
      const [first] = frames
      const loaded =
        first === undefined ? await load() : await this.#frames.run(new BatchFrame(this.#frames, first, frames), load)
      const valueOf = lookUp(loaded, items.length)
      for (const [n, { item, resolve }] of batch.entries()) resolve(valueOf(item, n))
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }
}

function lookUp(loaded: unknown, items: number): (item: unknown, n: number) => unknown {
  // Of either, the values are whatever the loader made.
  if (loaded instanceof Map) return (item) => (loaded as ReadonlyMap<unknown, unknown>).get(item)
  if (Array.isArray(loaded) && loaded.length === items) return (_item, n) => (loaded as readonly unknown[])[n]
  const what = Array.isArray(loaded) ? `an array of ${loaded.length}` : typeof loaded
  throw new RedstartError(
    'INVALID_RESULT',
    `a batch loader returned ${what} for ${items} items; it must return an array of as many values in the same order, or a Map by item`,
  )
}

function whenAllHaveGone(batch: readonly Waiting<unknown>[]): AbortSignal {
  const all = new AbortController()
  let left = batch.length
  for (const { context } of batch) {
    const { signal } = context
    const gone = (): void => {
      left--
      if (left === 0) all.abort(signal.reason)
    }
    if (signal.aborted) gone()
    else signal.addEventListener('abort', gone, { once: true })
  }
  return all.signal
}
