import { setTimeout } from 'node:timers/promises'
import { instant } from '../checker/oracle.ts'

/** What timers may add where this process runs whenever it wants to, in ms; far less than another deadline. */
const LEAST = process.env['REDSTART_SOAK'] === '1' ? 50 : 150
/** Milliseconds between two beats. */
const BEAT = 5
/** Stalls that may come one after the other until something comes to pass. */
const STALLS = 40

/** A beat, and by how much it and all before it were late, in ms. */
interface Beat {
  readonly at: number
  readonly late: number
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
  const beats: Beat[] = [{ at: instant(), late: 0 }]
  let worst = 0
  const heart = setInterval(() => {
    const at = instant()
    const { at: before, late } = beats.at(-1) ?? { at, late: 0 }
    worst = Math.max(worst, at - before)
    beats.push({ at, late: late + Math.max(0, at - before - BEAT) })
  }, BEAT)
  return {
    worst: () => worst,
    slack(from, to) {
      const ended = beats.findIndex(({ at }) => at >= to)
      const begun = beats.findIndex(({ at }) => at > from)
      const lateAt = (place: number): number => beats.at(place)?.late ?? 0
      // The beats around it: where it began or ended amid a stall, all of that counts.
      return LEAST + lateAt(ended) - lateAt(begun === -1 ? -1 : Math.max(0, begun - 1))
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
