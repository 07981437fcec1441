import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'

/** What timers may add on an idle machine, in ms. */
const LEAST = 50
/** Timers that may be late one after the other in one call: that of the deadline, and the test's own. */
const TIMERS = 2
/** A machine that is slower than this measures nothing; still far less than a hang, in ms. */
const MOST = 1000
/** Turns of the event loop that may be late one after the other until something comes to pass. */
const TURNS = 20

/** How much longer than it may something can seem to take, because this process did not get to run. All in ms. */
export interface Lag extends Disposable {
  /** The worst delay of the event loop so far. */
  worst(): number
  /** For one call. */
  slack(): number
  /** Looks every 10 ms until it is so; returns how long it took. */
  until(what: string, within: number, so: () => Promise<boolean> | boolean): Promise<number>
}

/** Starts to watch the event loop. */
export function watchLag(): Lag {
  const delays = monitorEventLoopDelay({ resolution: 5 })
  delays.enable()
  const worst = (): number => delays.max / 1e6
  const slack = (): number => Math.min(MOST, LEAST + TIMERS * worst())
  return {
    worst,
    slack,
    async until(what, within, so) {
      const begun = performance.now()
      while (!(await so())) {
        const longest = within + TURNS * slack()
        if (performance.now() - begun > longest) throw new Error(`${what}: not so within ${Math.round(longest)} ms`)
        await setTimeout(10)
      }
      return performance.now() - begun
    },
    [Symbol.dispose]: () => void delays.disable(),
  }
}
