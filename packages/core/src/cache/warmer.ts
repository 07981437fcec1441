import { setMaxListeners } from 'node:events'
import type { Cancel, Clock } from '../clock.ts'
import { checkFunction, checkMembers, checkObject, RedstartError } from '../errors.ts'
import { membersOf } from '../members.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import { unlessAborted } from './abort.ts'
import { Interest } from './interest.ts'
import { asPartOf, checkNoCycle } from './warming.ts'

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
  /**
   * Ends the run, unless another caller or the schedule wants it as well: no further item is begun, those under way are not
   * waited for, and what was done so far is told.
   */
  readonly signal?: AbortSignal
  /** Told after each item. What it throws or rejects with is told as an event. */
  readonly onProgress?: (progress: WarmingProgress) => void
}

/** Options of a warmer, checked. */
export interface WarmerSettings {
  readonly items: () => Items<unknown> | Promise<Items<unknown>>
  readonly warm: (item: unknown, context: { readonly signal: AbortSignal }) => unknown
  readonly concurrency: number
  /** Milliseconds that one item may take. */
  readonly timeout: number
  readonly every: number | undefined
}

type Progress = { -readonly [Name in keyof WarmingProgress]: WarmingProgress[Name] }

const KNOWN = membersOf<WarmingOptions>({ signal: true, onProgress: true })

const NOTHING: WarmingProgress = { warmed: 0, failed: 0 }

/** A run under way. */
interface Run {
  readonly begun: number
  /** Fires when it is to end early. */
  readonly signal: AbortSignal
  readonly progress: WarmingProgress
  readonly result: Promise<WarmingResult>
  readonly interest: Interest
}

/** Runs one warmer, once at a time: when it is asked to, and by itself where it has a schedule. */
export class Warmer {
  readonly #name: string
  readonly #settings: WarmerSettings
  readonly #clock: Clock
  readonly #telemetry: Telemetry
  readonly #end = new AbortController()
  #run: Run | undefined
  readonly #listeners = new Set<(progress: WarmingProgress) => void>()
  #next: Cancel | undefined

  constructor(name: string, settings: WarmerSettings, clock: Clock, telemetry: Telemetry) {
    this.#name = name
    this.#settings = settings
    this.#clock = clock
    this.#telemetry = telemetry
    if (settings.every !== undefined) this.#runByItself(settings.every)
  }

  async run(options: WarmingOptions): Promise<WarmingResult> {
    checkObject('the options of a run', options)
    checkMembers('the options of a run', options, KNOWN)
    checkNoCycle(this, this.#name)
    const { signal, onProgress } = options
    if (onProgress !== undefined) checkFunction('onProgress', onProgress)
    if (this.#run === undefined && signal?.aborted === true) return { ...NOTHING, milliseconds: 0, aborted: true }
    const run = (this.#run ??= this.#begin())
    if (onProgress !== undefined) this.#listeners.add(onProgress)
    try {
      if (signal !== undefined) return await this.#unlessLeft(run, signal)
      run.interest.hold()
      return await run.result
    } finally {
      if (onProgress !== undefined) this.#listeners.delete(onProgress)
    }
  }

  async close(): Promise<void> {
    this.#next?.()
    this.#end.abort()
    await this.#run?.result.catch(() => undefined)
  }

  #runByItself(every: number): void {
    this.run({})
      .catch((error: unknown) => this.#failed(error))
      .finally(() => {
        if (!this.#end.signal.aborted) this.#next = this.#clock.schedule(every, () => this.#runByItself(every))
      })
  }

  /** The run's result; for one whose signal fires what has been done so far, unless others let the run go on. */
  async #unlessLeft(run: Run, signal: AbortSignal): Promise<WarmingResult> {
    const leave = run.interest.join()
    try {
      return await unlessAborted(signal, run.result)
    } catch (error) {
      if (!signal.aborted) throw error
      leave()
      if (run.signal.aborted) return await run.result
      return { ...run.progress, milliseconds: this.#clock.now() - run.begun, aborted: true }
    }
  }

  #begin(): Run {
    const stop = new AbortController()
    const signal = AbortSignal.any([stop.signal, this.#end.signal])
    // One listener for each item under way, and what those add.
    setMaxListeners(0, signal)
    const begun = this.#clock.now()
    const progress = { ...NOTHING }
    const result = this.#warmAll(signal, progress)
      .finally(() => (this.#run = undefined))
      .then(() => ({ ...progress, milliseconds: this.#clock.now() - begun, aborted: signal.aborted }))
    return { begun, signal, progress, result, interest: new Interest(() => stop.abort()) }
  }

  async #warmAll(signal: AbortSignal, progress: Progress): Promise<void> {
    const { items, concurrency } = this.#settings
    const queue = await untilAborted(
      signal,
      asPartOf(this, async () => iteratorOf(await items())),
    )
    if (queue === undefined) return
    const work = async (): Promise<void> => {
      for (;;) {
        const next = await untilAborted(
          signal,
          asPartOf(this, () => queue.next()),
        )
        if (next === undefined || next.done === true) return
        await this.#warm(next.value, signal, progress)
      }
    }
    try {
      await Promise.all(Array.from({ length: concurrency }, work))
    } finally {
      // What does not say what comes next may not end either.
      await untilAborted(signal, queue.return())
    }
  }

  async #warm(item: unknown, signal: AbortSignal, progress: Progress): Promise<void> {
    const { warm, timeout } = this.#settings
    const slow = new AbortController()
    const cancel = this.#clock.schedule(timeout, () => slow.abort(this.#tooSlow()))
    const either = AbortSignal.any([signal, slow.signal])
    try {
      await unlessAborted(
        either,
        asPartOf(this, () => warm(item, { signal: either })),
      )
      progress.warmed++
    } catch (error) {
      // What becomes of it nobody waits for any more.
      if (signal.aborted) return
      progress.failed++
      this.#failed(error)
    } finally {
      cancel()
    }
    for (const listener of this.#listeners) this.#telemetry.tell(listener, { ...progress })
  }

  #tooSlow(): RedstartError {
    const { timeout } = this.#settings
    return new RedstartError(
      'LOAD_TIMEOUT',
      `an item of the warmer ${JSON.stringify(this.#name)} took longer than ${timeout} ms; make it faster or raise timeout`,
    )
  }

  #failed(error: unknown): void {
    this.#telemetry.emit({ type: 'warmer.failed', warmer: this.#name, error })
  }
}

/** What comes of the work, or undefined once the signal has fired. */
async function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T | undefined> {
  try {
    return await unlessAborted(signal, work)
  } catch (error) {
    if (signal.aborted) return undefined
    throw error
  }
}

/** One after the other, though several ask: an async generator queues them, another iterator need not. */
async function* iteratorOf(items: Items<unknown>): AsyncGenerator<unknown, void, undefined> {
  for await (const item of items) yield item
}
