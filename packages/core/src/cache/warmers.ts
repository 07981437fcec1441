import type { Cancel, Clock } from '../clock.ts'
import { type Duration, milliseconds } from '../duration.ts'
import { checkFunction, checkObject, invalidArgument } from '../errors.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'

/** What a warmer loads ahead of its use, and when. */
export interface WarmerOptions<Item> {
  /** What there is to warm: a list, or a function that finds it at each run. */
  readonly items: Items<Item> | (() => Items<Item> | Promise<Items<Item>>)
  /** Warms one, as a rule by calling a definition. */
  readonly warm: (item: Item, context: { readonly signal: AbortSignal }) => unknown
  /**
   * Items at a time.
   * @default 4
   */
  readonly concurrency?: number
  /** Runs again so long after the last run has ended; of several processes, each runs. Without it, on demand alone. */
  readonly every?: Duration
}

export type Items<Item> = Iterable<Item> | AsyncIterable<Item>

/** How far a run has come, and what came of it. */
export interface WarmingProgress {
  readonly warmed: number
  readonly failed: number
}

export interface WarmingResult extends WarmingProgress {
  readonly milliseconds: number
  /** True when a signal ended it early. */
  readonly aborted: boolean
}

export interface WarmingOptions {
  /** Ends the run: no further item is begun. */
  readonly signal?: AbortSignal
  /** Told after each item. */
  readonly onProgress?: (progress: WarmingProgress) => void
}

/** Loads what will be needed before it is. */
export interface Warmers {
  /**
   * Adds a warmer. With `every`, its first run begins at once.
   *
   * @returns takes it away again, and ends its run.
   * @throws RedstartError `INVALID_ARGUMENT` for a name that is taken, or options that are not allowed.
   */
  register<Item>(name: string, options: WarmerOptions<Item>): () => void
  /**
   * Runs one now. A run that is under way is joined. An item that fails is told as an event and counted, and does not end
   * the run; what finds the items and fails rejects.
   *
   * @throws RedstartError `INVALID_ARGUMENT` for a name that nothing was registered under.
   */
  run(name: string, options?: WarmingOptions): Promise<WarmingResult>
  readonly names: readonly string[]
}

export interface WarmersControl extends Warmers {
  close(): Promise<void>
}

export function createWarmers(clock: Clock, telemetry: Telemetry): WarmersControl {
  const warmers = new Map<string, Warmer>()
  return {
    register<Item>(name: string, options: WarmerOptions<Item>) {
      if (typeof name !== 'string' || name === '' || warmers.has(name))
        throw invalidArgument('the name of a warmer', name, 'a name that is not taken')
      const warmer = new Warmer(name, checked(options), clock, telemetry)
      warmers.set(name, warmer)
      return () => {
        if (warmers.get(name) === warmer) warmers.delete(name)
        void warmer.close()
      }
    },
    async run(name, options = {}) {
      const warmer = warmers.get(name)
      if (warmer === undefined)
        throw invalidArgument('the name of a warmer', name, `one of ${[...warmers.keys()].join(', ') || 'none so far'}`)
      return warmer.run(options)
    },
    get names() {
      return [...warmers.keys()]
    },
    async close() {
      await Promise.all([...warmers.values()].map((warmer) => warmer.close()))
      warmers.clear()
    },
  }
}

interface Settings {
  readonly items: () => Items<unknown> | Promise<Items<unknown>>
  readonly warm: (item: unknown, context: { readonly signal: AbortSignal }) => unknown
  readonly concurrency: number
  readonly every: number | undefined
}

function checked<Item>(options: WarmerOptions<Item>): Settings {
  checkObject('the options of a warmer', options)
  const { items, warm, concurrency = 4, every } = options
  checkFunction('warm', warm)
  if (!Number.isSafeInteger(concurrency) || concurrency < 1)
    throw invalidArgument('concurrency', concurrency, 'a whole number of at least 1')
  return {
    items: typeof items === 'function' ? items : () => items,
    // It is called with the items of the same options.
    warm: warm as Settings['warm'],
    concurrency,
    every: every === undefined ? undefined : milliseconds(every, 'every', 1),
  }
}

class Warmer {
  readonly #name: string
  readonly #settings: Settings
  readonly #clock: Clock
  readonly #telemetry: Telemetry
  readonly #end = new AbortController()
  #running: Promise<WarmingResult> | undefined
  readonly #listeners = new Set<(progress: WarmingProgress) => void>()
  #next: Cancel | undefined

  constructor(name: string, settings: Settings, clock: Clock, telemetry: Telemetry) {
    this.#name = name
    this.#settings = settings
    this.#clock = clock
    this.#telemetry = telemetry
    if (settings.every !== undefined) this.#runByItself(settings.every)
  }

  async run({ signal, onProgress }: WarmingOptions): Promise<WarmingResult> {
    if (onProgress !== undefined) this.#listeners.add(onProgress)
    try {
      this.#running ??= this.#run(
        signal === undefined ? this.#end.signal : AbortSignal.any([signal, this.#end.signal]),
      ).finally(() => (this.#running = undefined))
      return await this.#running
    } finally {
      if (onProgress !== undefined) this.#listeners.delete(onProgress)
    }
  }

  async close(): Promise<void> {
    this.#next?.()
    this.#end.abort()
    await this.#running?.catch(() => undefined)
  }

  #runByItself(every: number): void {
    this.run({})
      .catch((error: unknown) => this.#failed(error))
      .finally(() => {
        if (!this.#end.signal.aborted) this.#next = this.#clock.schedule(every, () => this.#runByItself(every))
      })
  }

  async #run(signal: AbortSignal): Promise<WarmingResult> {
    const { items, concurrency } = this.#settings
    const begun = this.#clock.now()
    const progress = { warmed: 0, failed: 0 }
    const queue = iteratorOf(await items())
    const work = async (): Promise<void> => {
      while (!signal.aborted) {
        const next = await queue.next()
        if (next.done === true || signal.aborted) return
        await this.#warm(next.value, signal, progress)
      }
    }
    try {
      await Promise.all(Array.from({ length: concurrency }, work))
    } finally {
      await queue.return?.()
    }
    return { ...progress, milliseconds: this.#clock.now() - begun, aborted: signal.aborted }
  }

  async #warm(item: unknown, signal: AbortSignal, progress: { warmed: number; failed: number }): Promise<void> {
    try {
      await this.#settings.warm(item, { signal })
      progress.warmed++
    } catch (error) {
      progress.failed++
      this.#failed(error)
    }
    for (const tell of this.#listeners) tell({ ...progress })
  }

  #failed(error: unknown): void {
    this.#telemetry.emit({ type: 'warmer.failed', warmer: this.#name, error })
  }
}

/** One after the other, though several ask: an async generator would queue them, another iterator need not. */
async function* iteratorOf(items: Items<unknown>): AsyncGenerator<unknown, void, undefined> {
  for await (const item of items) yield item
}
