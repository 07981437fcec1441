import type { Clock } from '../clock.ts'
import { RedstartError } from '../errors.ts'
import type { Coherence } from '../invalidation/coherence.ts'
import { impliedNames } from '../invalidation/names.ts'
import { count, type Counters, LOAD, LOAD_ERROR } from '../telemetry/counters.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import type { Budget } from './budget.ts'
import type { Entry } from './entry.ts'
import type { Flight } from './flights.ts'
import { type LoadContext, LoadNotes } from './load-context.ts'
import type { LoadFrame, LoadFrames, LoadStamp } from './load-frame.ts'
import type { ReadQueue } from './read-queue.ts'
import type { Writer } from './write.ts'

/** One load, with all options resolved. */
export interface LoadPlan {
  readonly namespace: string
  readonly path: string
  readonly counters: Counters
  readonly load: (context: LoadContext) => unknown
  /** Milliseconds. */
  readonly ttl: number
  readonly stale: number
  /** Milliseconds that the loader may take. */
  readonly timeout: number
  /** Names of the tags that are known before the load. */
  readonly tagNames: readonly string[]
  /** Tags that follow from the value. */
  readonly resultTags: ((value: unknown) => readonly string[]) | undefined
}

interface Stamp extends LoadStamp {
  /** False when the backend could not be asked: what is loaded stays in this process. */
  readonly reached: boolean
}

export interface LoaderParts {
  readonly coherence: Coherence
  readonly queue: ReadQueue
  readonly writer: Writer
  readonly frames: LoadFrames
  readonly clock: Clock
  readonly telemetry: Telemetry
}

/** Runs loaders, and makes entries of what they return. */
export class Loader {
  readonly #coherence: Coherence
  readonly #queue: ReadQueue
  readonly #writer: Writer
  readonly #clock: Clock
  readonly #telemetry: Telemetry
  readonly #frames: LoadFrames

  constructor(parts: LoaderParts) {
    this.#frames = parts.frames
    this.#coherence = parts.coherence
    this.#queue = parts.queue
    this.#writer = parts.writer
    this.#clock = parts.clock
    this.#telemetry = parts.telemetry
  }

  /** Loads a value and stores it. Rejects with the loader's own error. */
  async load(plan: LoadPlan, flight: Flight, background: boolean, budget: Budget): Promise<Entry> {
    const stamp = await this.#stamp(budget)
    const frame = this.#frames.open(flight, budget, stamp)
    const notes = new LoadNotes(plan)
    const loaded = this.#coherence.time.earliest(stamp.since)
    count(plan.counters, LOAD)
    const value = await this.#run(plan, frame, notes, background)
    notes.tag(plan.resultTags?.(value) ?? [])
    const cost = this.#clock.now() - stamp.since
    const names = [...new Set([...impliedNames(plan.path), ...notes.tagNames, ...frame.names])]
    const { generation, clock, sequence, since } = frame
    const tags = notes.tagNames.size
    const origin = { generation, clock, sequence, since, names, tags, loaded, cost, reached: stamp.reached }
    return this.#writer.store({ ...plan, ttl: notes.ttl, stale: notes.stale }, value, origin, budget)
  }

  /** Fixes generation and clock before the loader starts: an entry bound to a later moment could outlive an invalidation. */
  async #stamp(budget: Budget): Promise<Stamp> {
    const coherence = this.#coherence
    if (!budget.spent && !coherence.proven(this.#clock.now())) {
      await budget.use((timeout) => this.#queue.fetch(undefined, [], false, timeout)).catch(() => undefined)
    }
    const since = this.#clock.now()
    const { generation, clock, adopted } = coherence.view
    return {
      generation,
      clock,
      sequence: coherence.pending.sequence,
      since,
      reached: adopted && !budget.spent && coherence.proven(since),
    }
  }

  async #run(plan: LoadPlan, frame: LoadFrame, notes: LoadNotes, background: boolean): Promise<unknown> {
    const begun = this.#clock.now()
    const deadline = new AbortController()
    const context = notes.context(plan.path, deadline.signal, background)
    try {
      const value = await this.#withDeadline(plan, deadline, () =>
        this.#frames.run(frame, async () => plan.load(context)),
      )
      this.#tell(plan, background, begun, 'loaded')
      return value
    } catch (error) {
      count(plan.counters, LOAD_ERROR)
      this.#tell(plan, background, begun, deadline.signal.aborted ? 'timeout' : 'failed', error)
      throw error
    }
  }

  #withDeadline<T>(plan: LoadPlan, deadline: AbortController, run: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.schedule(plan.timeout, () => {
        const error = new RedstartError(
          'LOAD_TIMEOUT',
          `the loader of ${JSON.stringify(plan.path)} took longer than ${plan.timeout} ms; make it faster or raise loadTimeout`,
        )
        deadline.abort(error)
        reject(error)
      })
      run().then(resolve, reject).finally(cancel)
    })
  }

  #tell(
    plan: LoadPlan,
    background: boolean,
    begun: number,
    outcome: 'loaded' | 'failed' | 'timeout',
    error?: unknown,
  ): void {
    if (outcome === 'loaded' && !this.#telemetry.listening) return
    const { namespace, path: key } = plan
    this.#telemetry.emit({
      type: 'cache.load',
      namespace,
      key,
      outcome,
      background,
      milliseconds: this.#clock.now() - begun,
      ...(error !== undefined && { error }),
    })
  }
}
