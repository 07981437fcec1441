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
})
