import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/clock.ts'

/** The two clocks of the machine, driven by the test: what elapses is the matter here, not how it is measured. */
let wall = 0
let monotonic = 0

beforeEach(() => {
  wall = 1_700_000_000_000
  monotonic = 1000
  vi.spyOn(Date, 'now').mockImplementation(() => wall)
  vi.spyOn(performance, 'now').mockImplementation(() => monotonic)
})
afterEach(() => {
  vi.restoreAllMocks()
})

function pass(ms: number): void {
  wall += ms
  monotonic += ms
}

describe('the clock of the machine', () => {
  it('tells elapsed time, to fractions of a millisecond', () => {
    const clock = systemClock()
    const start = clock.now()
    pass(0.25)
    expect(clock.now() - start).toBeCloseTo(0.25, 6)
    pass(1000)
    expect(clock.now() - start).toBeCloseTo(1000.25, 6)
  })

  it('counts a suspension, during which the monotonic clock stands still', () => {
    const clock = systemClock()
    const start = clock.now()
    wall += 60_000
    expect(clock.now() - start).toBe(60_000)
    pass(5)
    expect(clock.now() - start).toBe(60_005)
  })

  it('never goes back when the wall clock is set back, and goes on from there', () => {
    const clock = systemClock()
    const start = clock.now()
    wall -= 3_600_000
    expect(clock.now() - start).toBe(0)
    pass(10)
    expect(clock.now() - start).toBe(10)
    wall += 3_600_000
    expect(clock.now() - start).toBe(3_600_010)
  })

  it('takes no notice of a wall clock that is merely coarser or steered', () => {
    const clock = systemClock()
    const start = clock.now()
    for (let second = 1; second <= 100; second++) {
      pass(1000)
      wall += second % 2 === 0 ? 40 : -40
      expect(clock.now() - start).toBe(second * 1000)
    }
  })
})

describe('a scheduled callback', () => {
  it('runs once, or not at all when it was cancelled, and does not keep the process alive', async () => {
    vi.restoreAllMocks()
    const clock = systemClock()
    const ran: string[] = []
    const cancel = clock.schedule(1, () => ran.push('cancelled'))
    cancel()
    await new Promise<void>((resolve) => {
      const keepAlive = setTimeout(() => undefined, 1000)
      clock.schedule(1, () => {
        ran.push('ran')
        clearTimeout(keepAlive)
        resolve()
      })
    })
    cancel()
    expect(ran).toEqual(['ran'])
    const setTimer = vi.spyOn(globalThis, 'setTimeout')
    const stop = clock.schedule(60_000, () => undefined)
    const timer: { hasRef(): boolean } | undefined = setTimer.mock.results[0]?.value
    expect(timer?.hasRef()).toBe(false)
    stop()
  })

  it('waits longer than one timer of Node.js can', () => {
    vi.restoreAllMocks()
    vi.useFakeTimers()
    let ran = 0
    const clock = systemClock()
    const day = 86_400_000
    clock.schedule(60 * day, () => (ran += 1))
    const cancel = clock.schedule(60 * day, () => (ran += 100))
    vi.advanceTimersByTime(30 * day)
    cancel()
    vi.advanceTimersByTime(30 * day - 1)
    expect(ran).toBe(0)
    vi.advanceTimersByTime(1)
    expect(ran).toBe(1)
    vi.useRealTimers()
  })

  it('runs where timers are numbers, as in Workers', () => {
    const ended: unknown[] = []
    vi.stubGlobal('setTimeout', (callback: () => void) => (callback(), 7))
    vi.stubGlobal('clearTimeout', (timer: unknown) => ended.push(timer))
    let ran = 0
    systemClock().schedule(1, () => (ran += 1))()
    expect([ran, ended]).toEqual([1, [7]])
    vi.unstubAllGlobals()
  })
})
