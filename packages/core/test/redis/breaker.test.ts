import { manualClock } from '@redstart/testing'
import { describe, expect, test } from 'vitest'
import { Breaker } from '../../src/redis/breaker.ts'

function setup(answers: () => boolean = () => true) {
  const clock = manualClock(1000)
  let probes = 0
  const probe = async (): Promise<void> => {
    probes += 1
    if (!answers()) throw new Error('still silent')
  }
  const breaker = new Breaker({ clock, failures: 5, openFor: 1000, longest: 30_000, random: () => 1, probe })
  const fail = (times: number): void => {
    for (let i = 0; i < times; i++) {
      clock.advance(1)
      breaker.failed(clock.now())
    }
  }
  return { clock, breaker, fail, probes: () => probes }
}

describe('the breaker', () => {
  test('opens after five failures in a row that started at different times', () => {
    const { breaker, fail } = setup()
    fail(4)
    expect(breaker.state).toBe('closed')
    fail(1)
    expect(breaker.state).toBe('open')
  })

  test('takes a burst of one moment for one failure, and late news of it for none', () => {
    const { breaker, clock, fail } = setup()
    fail(1)
    for (let i = 0; i < 100; i++) breaker.failed(clock.now())
    for (let i = 0; i < 100; i++) breaker.failed(clock.now() - i)
    expect(breaker.state).toBe('closed')
  })

  test('takes calls that were made while another one waited for the same failure', () => {
    const { breaker, clock } = setup()
    const starts = Array.from({ length: 50 }, (_, i) => clock.now() + i)
    clock.advance(250)
    for (const start of starts) breaker.failed(start)
    expect(breaker.state).toBe('closed')
    for (let i = 0; i < 3; i++) {
      const start = clock.now()
      clock.advance(250)
      breaker.failed(start)
    }
    expect(breaker.state).toBe('closed')
    const start = clock.now()
    clock.advance(250)
    breaker.failed(start)
    expect(breaker.state).toBe('open')
  })

  test('begins to count anew after a success', () => {
    const { breaker, fail } = setup()
    fail(4)
    breaker.succeeded()
    fail(4)
    expect(breaker.state).toBe('closed')
  })

  test('sends one probe when its time is over, and closes when that is answered', async () => {
    const { breaker, clock, fail, probes } = setup()
    fail(5)
    await clock.advanceAsync(999)
    expect([breaker.state, probes()]).toEqual(['open', 0])
    await clock.advanceAsync(1)
    expect([breaker.state, probes()]).toEqual(['closed', 1])
  })

  test('waits twice as long after each probe that fails, up to the longest', async () => {
    const { breaker, clock, fail, probes } = setup(() => false)
    fail(5)
    const begun = clock.now()
    const at: number[] = []
    for (let seen = 0; at.length < 8;) {
      await clock.advanceAsync(500)
      if (probes() > seen) at.push(clock.now() - begun)
      seen = probes()
    }
    expect(at).toEqual([1, 3, 7, 15, 31, 61, 91, 121].map((seconds) => seconds * 1000))
    expect(breaker.state).toBe('open')
  })

  test('closes at once when a new connection is answered, and starts small again', async () => {
    const { breaker, clock, fail, probes } = setup(() => false)
    fail(5)
    await clock.advanceAsync(3000)
    breaker.recovered()
    expect(breaker.state).toBe('closed')
    fail(5)
    const before = probes()
    await clock.advanceAsync(1000)
    expect(probes()).toBe(before + 1)
  })

  test('probes no more once it is closed for good', async () => {
    const { breaker, clock, fail, probes } = setup()
    fail(5)
    breaker.close()
    await clock.advanceAsync(60_000)
    expect(probes()).toBe(0)
  })

  test('tries again at a refused call where the timer for it never came', async () => {
    const { clock, breaker, fail, probes } = setupWithoutTimers()
    fail(5)
    breaker.refused()
    expect(probes()).toBe(0)
    clock.pass(1000)
    breaker.refused()
    // A timer that is on time is not forestalled.
    expect(probes()).toBe(0)
    clock.pass(2000)
    breaker.refused()
    breaker.refused()
    expect(probes()).toBe(1)
    await Promise.resolve()
    await Promise.resolve()
    expect(breaker.state).toBe('closed')
  })

  test('gives up a probe that never ended, and hears no more of it', async () => {
    const ends: (() => void)[] = []
    const { clock, breaker, fail, probes } = setupWithoutTimers(() => new Promise((resolve) => ends.push(resolve)))
    fail(5)
    clock.pass(3000)
    breaker.refused()
    expect(breaker.state).toBe('probing')
    clock.pass(32_000)
    breaker.refused()
    expect(probes()).toBe(2)
    ends[0]?.()
    await new Promise((resolve) => setImmediate(resolve))
    expect(breaker.state).toBe('probing')
    ends[1]?.()
    await new Promise((resolve) => setImmediate(resolve))
    expect(breaker.state).toBe('closed')
  })

  test('that was closed for good tries nothing again', () => {
    const { clock, breaker, fail, probes } = setupWithoutTimers()
    fail(5)
    breaker.close()
    clock.pass(1_000_000)
    breaker.refused()
    expect(probes()).toBe(0)
  })
})

/** A place that ends timers with the request that began them. */
function setupWithoutTimers(probe: () => Promise<void> = async () => {}) {
  let now = 1000
  let probes = 0
  const clock = { now: () => now, schedule: () => () => {}, pass: (ms: number) => (now += ms) }
  const counted = (): Promise<void> => {
    probes += 1
    return probe()
  }
  const options = { clock, failures: 5, openFor: 1000, longest: 30_000, random: () => 1, probe: counted }
  const breaker = new Breaker(options)
  const fail = (times: number): void => {
    for (let i = 0; i < times; i++) breaker.failed((now += 1))
  }
  return { clock, breaker, fail, probes: () => probes }
}
