import { setImmediate } from 'node:timers/promises'
import { type Cancel, type Clock, RedstartError } from '@redstart/core'

/** A clock that a test drives: time stands still until it is told to advance. */
export interface ManualClock extends Clock {
  /**
   * Lets `ms` milliseconds pass. Callbacks that become due run in the order of their instants, each seeing its own
   * instant as `now()`, those included that are scheduled on the way.
   *
   * @throws RedstartError `INVALID_ARGUMENT` when `ms` is negative or no number; whatever a callback throws, leaving the
   *   clock at its instant.
   */
  advance(ms: number): void
  /** Like `advance`, and lets promises settle before the first callback, after each, and at the end. */
  advanceAsync(ms: number): Promise<void>
  /** How many callbacks wait. A test that ends with 0 has leaked no timer. */
  pending(): number
}

interface Timer {
  readonly due: number
  readonly callback: () => void
}

/** More callbacks than this in one advance mean that one schedules itself without letting time pass. */
const MOST_CALLBACKS = 1_000_000

/**
 * A manual clock.
 *
 * @param start what `now()` is at first, in milliseconds.
 */
export function manualClock(start = 0): ManualClock {
  const timers = new Set<Timer>()
  let now = start

  /** Runs the earliest callback due by `end`; of two at one instant the one scheduled first. */
  const runNext = (end: number): boolean => {
    let next: Timer | undefined
    for (const timer of timers) if (timer.due <= end && (next === undefined || timer.due < next.due)) next = timer
    if (next === undefined) return false
    timers.delete(next)
    now = Math.max(now, next.due)
    next.callback()
    return true
  }

  return {
    now: () => now,
    schedule(ms, callback): Cancel {
      const timer = { due: now + Math.max(0, ms), callback }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
    pending: () => timers.size,
    advance(ms) {
      const end = endOf(now, ms)
      for (let ran = 0; runNext(end); ran += 1) assertProgress(ran)
      now = end
    },
    async advanceAsync(ms) {
      const end = endOf(now, ms)
      await setImmediate()
      for (let ran = 0; runNext(end); ran += 1) {
        assertProgress(ran)
        await setImmediate()
      }
      // Two overlapping advances may not turn time back.
      now = Math.max(now, end)
      await setImmediate()
    },
  }
}

function endOf(now: number, ms: number): number {
  if (ms >= 0 && Number.isFinite(ms)) return now + ms
  throw new RedstartError('INVALID_ARGUMENT', `advance() was given ${ms}; expected milliseconds, 0 or more`)
}

function assertProgress(ran: number): void {
  if (ran < MOST_CALLBACKS) return
  throw new RedstartError(
    'INVALID_ARGUMENT',
    `More than ${MOST_CALLBACKS} callbacks were due in one advance; one of them schedules itself with a delay of 0`,
  )
}
