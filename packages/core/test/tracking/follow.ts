import { setTimeout } from 'node:timers/promises'
import type { Redstart } from '../../src/index.ts'

/** What instances read while somebody else wrote. */
export interface Followed {
  /** Reads that began too long after a write had ended, and returned what was there before it. */
  readonly late: readonly string[]
  /** Rounds whose value an instance did not see within 10 s. */
  readonly unseen: readonly string[]
  /** Milliseconds from the end of a write to the first read of it, the slowest instance of each round: the median. */
  readonly typical: number
  /** Hits of memory. */
  readonly l1: number
}

/** Half of all changes are followed within 50 ms; of each it is asked where nothing else runs on the machine. */
export const TYPICAL_MS = 50
const WITHIN_MS = process.env['REDSTART_SOAK'] === '1' ? TYPICAL_MS : 1000
const LONGEST_MS = 10_000

/**
 * Has `write` write the number of each round while all instances read without pause, and waits until each has seen it.
 * A pause of this process, which no instance can help, is not held against them.
 */
export async function follow(
  instances: readonly Redstart[],
  path: string,
  rounds: number,
  write: (round: number) => Promise<unknown>,
): Promise<Followed> {
  const late: string[] = []
  const unseen: string[] = []
  const delays: number[] = []
  let l1 = 0
  const stop = instances.map(({ events }) =>
    events.subscribe((event) => void (event.type === 'cache.hit' && event.tier === 'l1' && l1++)),
  )
  const stalls = new Stalls()
  for (let round = 1; round <= rounds; round++) {
    await write(round)
    const written = performance.now()
    const watch = async ({ cache }: Redstart, n: number): Promise<void> => {
      for (;;) {
        const began = performance.now()
        const value = await cache.get(path)
        if (value === round) break
        const age = began - written - stalls.since(written)
        if (value !== undefined && age > WITHIN_MS)
          late.push(`instance ${n} read ${JSON.stringify(value)} ${age} ms after ${round}`)
        if (age > LONGEST_MS) return void unseen.push(`instance ${n}, round ${round}`)
        await setTimeout(0)
      }
      // Once more, now from memory where that may be used.
      await cache.get(path)
      await cache.get(path)
    }
    await Promise.all(instances.map(watch))
    delays.push(performance.now() - written)
  }
  stalls.stop()
  for (const each of stop) each()
  return { late, unseen, typical: median(delays), l1 }
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? Number.NaN
}

const TICK_MS = 5

/** How long this process did nothing, because something else had the processor. */
export class Stalls {
  readonly #stalls: { readonly at: number; readonly ms: number }[] = []
  #last = performance.now()
  readonly #timer = setInterval(() => {
    const now = performance.now()
    const ms = now - this.#last - TICK_MS
    if (ms > TICK_MS) this.#stalls.push({ at: now, ms })
    this.#last = now
  }, TICK_MS)

  since(instant: number): number {
    let sum = 0
    for (let i = this.#stalls.length - 1; i >= 0; i--) {
      const stall = this.#stalls[i]
      if (stall === undefined || stall.at < instant) break
      sum += stall.ms
    }
    // One that has just ended, of which the timer does not know yet.
    return sum + Math.max(0, performance.now() - this.#last - 2 * TICK_MS)
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}
