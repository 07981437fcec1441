/** Stops a scheduled callback; harmless once it ran. */
export type Cancel = () => void

/**
 * Time, injected everywhere so that tests can drive it. Instants are milliseconds since an arbitrary start of this
 * process and are never compared with those of another one.
 */
export interface Clock {
  /** Milliseconds of real time that only grow, a suspension of the machine included. */
  now(): number
  /** Runs `callback` once, `ms` milliseconds from now. Does not keep the process alive. */
  schedule(ms: number, callback: () => void): Cancel
}

/** Beyond this difference the wall clock was set or the machine slept; below it, it is only coarser. */
const WALL_JUMP_MS = 50

/** The longest that one timer of Node.js can wait. */
const LONGEST_TIMER_MS = 2_147_483_647

/**
 * The clock of this machine: the larger of monotonic and wall time elapsed, because a suspended machine stops the
 * monotonic clock. A wall clock that is set back changes nothing; one set forward makes time pass sooner, never later.
 */
export function systemClock(): Clock {
  let ahead = 0
  let offset = Date.now() - performance.now()
  return {
    now() {
      const monotonic = performance.now()
      const drift = Date.now() - monotonic - offset
      if (drift > WALL_JUMP_MS) ahead += drift
      if (drift > WALL_JUMP_MS || drift < -WALL_JUMP_MS) offset += drift
      return monotonic + ahead
    },
    schedule(ms, callback) {
      let timer: NodeJS.Timeout | number
      const wait = (left: number): void => {
        // Node.js takes a longer wait for none at all.
        timer = setTimeout(
          left > LONGEST_TIMER_MS ? () => wait(left - LONGEST_TIMER_MS) : callback,
          Math.min(left, LONGEST_TIMER_MS),
        )
        // A number in Workers and other places that are like a browser; they end by themselves.
        if (typeof timer === 'object') timer.unref()
      }
      wait(ms)
      return () => clearTimeout(timer)
    },
  }
}

/** Milliseconds since 1970 by the wall clock of this machine: for dates that others are told or tell; nothing is measured by it. */
export function wallTime(): number {
  return Date.now()
}
