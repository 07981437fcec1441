import type { Clock } from '../clock.ts'
import { type Duration, milliseconds } from '../duration.ts'
import { checkFunction, checkMembers, checkObject, invalidArgument, RedstartError } from '../errors.ts'
import { membersOf } from '../members.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import { type Items, Warmer, type WarmerSettings, type WarmingOptions, type WarmingResult } from './warmer.ts'

export type { Items, WarmingOptions, WarmingProgress, WarmingResult } from './warmer.ts'

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
  /**
   * How long one item may take. Afterwards its signal fires, it counts as failed, and the run goes on without it.
   * @default '30s'
   */
  readonly timeout?: Duration
  /** Runs again so long after the last run has ended; of several processes, each runs. Without it, on demand alone. */
  readonly every?: Duration
}

/** Loads what will be needed before it is. */
export interface Warmers {
  /**
   * Adds a warmer. With `every`, its first run begins at once.
   *
   * @returns takes it away again, and ends its run.
   * @throws RedstartError `INVALID_ARGUMENT` for a name that is taken, but for instances with `redefine`, where it takes the
   *   place of the one before and ends its run; or for options that are not allowed.
   */
  register<Item>(name: string, options: WarmerOptions<Item>): () => void
  /**
   * Runs one now. A run that is under way is joined. An item that fails is told as an event and counted, and does not end
   * the run; what finds the items and fails rejects.
   *
   * @throws RedstartError `INVALID_ARGUMENT` for a name that nothing was registered under, `LOAD_CYCLE` where the warmer
   *   itself calls it.
   */
  run(name: string, options?: WarmingOptions): Promise<WarmingResult>
  readonly names: readonly string[]
}

export interface WarmersControl extends Warmers {
  close(): Promise<void>
}

const KNOWN = membersOf<WarmerOptions<unknown>>({
  items: true,
  warm: true,
  concurrency: true,
  timeout: true,
  every: true,
})

/** @param redefine whether names may be taken again. */
export function createWarmers(clock: Clock, telemetry: Telemetry, redefine: boolean): WarmersControl {
  const warmers = new Map<string, Warmer>()
  let closed = false
  const checkOpen = (): void => {
    if (closed) throw new RedstartError('CLOSED', 'this Redstart instance was closed; create another one to go on')
  }
  return {
    register<Item>(name: string, options: WarmerOptions<Item>) {
      checkOpen()
      const before = warmers.get(name)
      if (typeof name !== 'string' || name === '' || (before !== undefined && !redefine))
        throw invalidArgument('the name of a warmer', name, 'a name that is not taken')
      const warmer = new Warmer(name, checked(options), clock, telemetry)
      warmers.set(name, warmer)
      void before?.close()
      return () => {
        if (warmers.get(name) === warmer) warmers.delete(name)
        void warmer.close()
      }
    },
    async run(name, options = {}) {
      checkOpen()
      const warmer = warmers.get(name)
      if (warmer === undefined)
        throw invalidArgument('the name of a warmer', name, `one of ${[...warmers.keys()].join(', ') || 'none so far'}`)
      return warmer.run(options)
    },
    get names() {
      return [...warmers.keys()]
    },
    async close() {
      closed = true
      await Promise.all([...warmers.values()].map((warmer) => warmer.close()))
      warmers.clear()
    },
  }
}

function checked<Item>(options: WarmerOptions<Item>): WarmerSettings {
  checkObject('the options of a warmer', options)
  checkMembers('the options of a warmer', options, KNOWN)
  const { items, warm, concurrency = 4, timeout = 30_000, every } = options
  checkFunction('warm', warm)
  if (!isItems(items)) throw invalidArgument('items', items, 'an iterable, or a function that returns one')
  if (!Number.isSafeInteger(concurrency) || concurrency < 1)
    throw invalidArgument('concurrency', concurrency, 'a whole number of at least 1')
  return {
    items: typeof items === 'function' ? items : () => items,
    // It is called with the items of the same options.
    warm: warm as WarmerSettings['warm'],
    concurrency,
    timeout: milliseconds(timeout, 'timeout', 1),
    every: every === undefined ? undefined : milliseconds(every, 'every', 1),
  }
}

function isItems(items: unknown): boolean {
  if (typeof items === 'function') return true
  return typeof items === 'object' && items !== null && (Symbol.iterator in items || Symbol.asyncIterator in items)
}
