import { setTimeout } from 'node:timers/promises'
import { instant } from '../checker/oracle.ts'

/** What timers may add where this process runs whenever it wants to, in ms. */
const LEAST = 50
/** Milliseconds between two beats. */
const BEAT = 5
/** Stalls that may come one after the other until something comes to pass. */
const STALLS = 40

/** A time in which this process did not get to its timers. */
interface Stall {
  readonly from: number
  readonly to: number
}

/** How much longer than it may something can seem to take, because this process did not get to run. All in ms. */
export interface Lag extends Disposable {
  /** The longest stall so far. */
  worst(): number
  /** For what was going on between two instants. */
  slack(from: number, to: number): number
  /** Looks every 10 ms until it is so; returns how long it took. */
  until(what: string, within: number, so: () => Promise<boolean> | boolean): Promise<number>
}

/** Starts to watch the event loop. */
export function watchLag(): Lag {
  const stalls: Stall[] = []
  let worst = 0
  let last = instant()
  const beat = (): void => {
    const now = instant()
    worst = Math.max(worst, now - last)
    if (now - last > 2 * BEAT) stalls.push({ from: last, to: now })
    last = now
  }
  const heart = setInterval(beat, BEAT)
  return {
    worst: () => worst,
    slack(from, to) {
      const stalled = stalls.map((stall) => Math.max(0, Math.min(stall.to, to) - Math.max(stall.from, from)))
      return LEAST + stalled.reduce((sum, ms) => sum + ms, 0)
    },
    async until(what, within, so) {
      const begun = performance.now()
      while (!(await so())) {
        const longest = within + STALLS * Math.max(worst, LEAST)
        if (performance.now() - begun > longest) throw new Error(`${what}: not so within ${Math.round(longest)} ms`)
        await setTimeout(10)
      }
      return performance.now() - begun
    },
    [Symbol.dispose]: () => clearInterval(heart),
  }
}
