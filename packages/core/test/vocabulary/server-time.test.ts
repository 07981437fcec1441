import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ServerTime } from '../../src/server-time.ts'

describe('the time of the backend', () => {
  it('is not known before the first answer', () => {
    const time = new ServerTime(10_000)
    expect(time.known).toBe(false)
    expect([time.earliest(5), time.latest(5)]).toEqual([5, 5])
  })

  it('lies between what the answer said at its sending and at its arrival', () => {
    const time = new ServerTime(10_000)
    time.answered(1_000_000, 100, 110)
    expect(time.known).toBe(true)
    expect(time.earliest(110)).toBe(1_000_000)
    expect(time.latest(110)).toBe(1_000_010)
  })

  it('keeps better bounds for the time it was told, and takes better ones at once', () => {
    const time = new ServerTime(10_000)
    time.answered(1000, 0, 4)
    time.answered(1096, 6, 106)
    expect(time.latest(200) - time.earliest(200)).toBe(4)
    time.answered(1301, 300, 302)
    expect(time.latest(400) - time.earliest(400)).toBe(2)
    time.answered(11_306, 10_303, 10_308)
    expect(time.latest(11_000) - time.earliest(11_000)).toBe(5)
  })

  it('says that every deadline has passed when the last answer is too old', () => {
    const time = new ServerTime(10_000)
    expect(time.judging(0)).toBe(Infinity)
    time.answered(1_000_000, 0, 10)
    expect(time.judging(10_010)).toBe(1_010_010)
    expect(time.judging(10_011)).toBe(Infinity)
  })

  it('judges by the last answer when the one with better bounds is too old', () => {
    const time = new ServerTime(10_000)
    time.answered(1000, 0, 4)
    time.answered(6000, 5000, 5100)
    expect(time.judging(10_004)).toBe(11_004)
    expect(time.judging(10_005)).toBe(11_005)
    expect(time.judging(15_100)).toBe(16_100)
    expect(time.judging(15_101)).toBe(Infinity)
  })

  it('lets every deadline have passed while no answer stands', () => {
    const time = new ServerTime(10_000)
    expect(time.judging(5)).toBe(Infinity)
    time.answered(1_000_000, 100, 110)
    expect(time.judging(10_110)).toBe(time.latest(10_110))
    expect(time.judging(10_111)).toBe(Infinity)
  })

  it('is always within the bounds, whatever the delays of the questions', () => {
    const trip = fc.record({
      pause: fc.integer({ min: 0, max: 15_000 }),
      there: fc.double({ min: 0, max: 300, noNaN: true }),
      back: fc.double({ min: 0, max: 300, noNaN: true }),
    })
    fc.assert(
      fc.property(
        fc.integer({ min: -1e12, max: 1e12 }),
        fc.array(trip, { minLength: 1, maxLength: 20 }),
        (offset, trips) => {
          const time = new ServerTime(10_000)
          let now = 0
          for (const { pause, there, back } of trips) {
            const sent = (now += pause)
            const answeredAt = (now += there) + offset
            now += back
            time.answered(answeredAt, sent, now)
            const rounding = 1e-3
            expect(time.earliest(now)).toBeLessThanOrEqual(now + offset + rounding)
            expect(time.latest(now)).toBeGreaterThanOrEqual(now + offset - rounding)
          }
        },
      ),
    )
  })
})
