import { manualClock } from '@redstart/testing'
import { describe, expect, it } from 'vitest'
import { Budget } from '../../src/cache/budget.ts'

describe('the time that one operation may spend in the backend', () => {
  it('is used up by its calls together', async () => {
    const clock = manualClock()
    const budget = new Budget(clock, 250)
    const timeouts: number[] = []
    for (const takes of [100, 100.5, 49.5]) {
      expect(budget.spent).toBe(false)
      await budget.use(async (timeout) => {
        timeouts.push(timeout)
        clock.advance(takes)
      })
    }
    expect(timeouts).toEqual([250, 150, 50])
    expect(budget.spent).toBe(true)
    await expect(budget.use(async () => 1)).rejects.toMatchObject({ code: 'STORE_TIMEOUT' })
  })

  it('hands on what a call gives', async () => {
    expect(await new Budget(manualClock(), 1).use(async () => 'reply')).toBe('reply')
  })

  it('is gone after a failure: an operation meets a stalled backend once', async () => {
    const budget = new Budget(manualClock(), 250)
    const failure = new Error('gone')
    await expect(budget.use(() => Promise.reject(failure))).rejects.toBe(failure)
    expect(budget.spent).toBe(true)
    let sent = false
    await expect(budget.use(async () => (sent = true))).rejects.toMatchObject({ code: 'STORE_TIMEOUT' })
    expect(sent).toBe(false)
  })
})
