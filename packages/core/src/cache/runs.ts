import type { Clock } from '../clock.ts'
import { RedstartError } from '../errors.ts'
import { traced } from '../telemetry/channels.ts'
import { count, LOAD, LOAD_ERROR } from '../telemetry/counters.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import type { Flight } from './flights.ts'
import type { LoadNotes } from './load-context.ts'
import type { LoadFrame, LoadFrames } from './load-frame.ts'
import type { LoadPlan } from './load-plan.ts'
import type { Turns } from './turns.ts'

export interface RunsParts {
  readonly frames: LoadFrames
  readonly turns: Turns
  readonly clock: Clock
  readonly telemetry: Telemetry
}

/** Runs loaders: for as long as they may take, and while somebody waits. */
export class Runs {
  readonly #parts: RunsParts

  constructor(parts: RunsParts) {
    this.#parts = parts
  }

  /** Runs a loader in its frame, at its turn. Rejects with its own error, or with why it was given up. */
  async run(plan: LoadPlan, flight: Flight, frame: LoadFrame, notes: LoadNotes): Promise<unknown> {
    // Whoever waited for it may have gone while the backend was asked.
    flight.signal.throwIfAborted()
    count(plan.counters, LOAD)
    const begun = this.#parts.telemetry.now()
    const stop = new AbortController()
    const context = notes.context(stop.signal, flight.kind === 'refresh')
    try {
      const run = (): Promise<unknown> => this.#parts.frames.run(frame, async () => plan.load(context))
      const value = await traced(() => this.#whileWanted(plan, flight, stop, run), plan, context.background)
      this.#tell(plan, flight, begun, 'loaded')
      return value
    } catch (error) {
      const outcome = flight.signal.aborted ? 'abandoned' : stop.signal.aborted ? 'timeout' : 'failed'
      if (outcome !== 'abandoned') count(plan.counters, LOAD_ERROR)
      this.#tell(plan, flight, begun, outcome, error)
      throw error
    }
  }

  /** Until its deadline, and while somebody waits. A loader that is given up keeps its turn for as long again. */
  #whileWanted<T>(plan: LoadPlan, flight: Flight, stop: AbortController, run: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const running = run()
      const turn = this.#parts.turns.take(flight, running)
      const giveUp = (reason: unknown): void => {
        turn.abandon(plan.loadTimeout)
        stop.abort(reason)
        reject(reason)
      }
      const cancel = this.#parts.clock.schedule(plan.loadTimeout, () => giveUp(tooSlow(plan)))
      const abandon = (): void => giveUp(flight.signal.reason)
      flight.signal.addEventListener('abort', abandon, { once: true })
      const over = (): void => {
        cancel()
        flight.signal.removeEventListener('abort', abandon)
      }
      stop.signal.addEventListener('abort', over, { once: true })
      running.then(resolve, reject).finally(over)
    })
  }

  #tell(
    plan: LoadPlan,
    { kind }: Flight,
    begun: number,
    outcome: 'loaded' | 'failed' | 'timeout' | 'abandoned',
    error?: unknown,
  ): void {
    const { telemetry } = this.#parts
    const milliseconds = telemetry.took('load', plan, begun)
    if (outcome === 'loaded' && !telemetry.hears('cache.load')) return
    const { namespace, path: key } = plan
    telemetry.emit({
      type: 'cache.load',
      namespace,
      key,
      outcome,
      background: kind === 'refresh',
      milliseconds,
      ...(error !== undefined && { error }),
    })
  }
}

function tooSlow({ path, loadTimeout }: LoadPlan): RedstartError {
  return new RedstartError(
    'LOAD_TIMEOUT',
    `the loader of ${JSON.stringify(path)} took longer than ${loadTimeout} ms; make it faster or raise loadTimeout`,
  )
}
