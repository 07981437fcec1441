import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'

/** What timers may add on an idle machine, in ms. */
const LEAST = 50
/** Timers that may be late one after the other in one call: that of the deadline, and the test's own. */
const TIMERS = 2
/** A machine that is slower than this measures nothing; still far less than a hang, in ms. */
const MOST = 1000

/** How much longer than it may a call can seem to take, because this process did not get to run. */
export interface Lag extends Disposable {
  /** In ms, by the worst delay of the event loop so far. */
  slack(): number
}

/** Starts to watch the event loop. */
export function watchLag(): Lag {
  const delays = monitorEventLoopDelay({ resolution: 5 })
  delays.enable()
  return {
    slack: () => Math.min(MOST, LEAST + (TIMERS * delays.max) / 1e6),
    [Symbol.dispose]: () => void delays.disable(),
  }
}

/** Looks every 10 ms until it is so; returns after how many ms. */
export async function until(what: string, within: number, so: () => Promise<boolean> | boolean): Promise<number> {
  const begun = performance.now()
  for (;;) {
    if (await so()) return performance.now() - begun
    if (performance.now() - begun > within) throw new Error(`${what}: not so within ${within} ms`)
    await setTimeout(10)
  }
}
