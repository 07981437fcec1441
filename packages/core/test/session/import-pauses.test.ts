import { manualClock } from '@redstart/testing'
import { expect, it } from 'vitest'
import { ImportPauses } from '../../src/session/import-pauses.ts'

it('pauses twice as long each time, up to five minutes, and is told once', () => {
  const clock = manualClock(1000)
  const pauses = new ImportPauses(clock)
  const attempts: number[] = []
  const told: boolean[] = []
  for (let second = 0; second <= 1200; second += 1) {
    if (!pauses.isPausing('a')) {
      attempts.push(second)
      told.push(pauses.failed('a'))
    }
    clock.advance(1000)
  }
  expect(attempts).toEqual([0, 1, 3, 7, 15, 31, 63, 127, 255, 511, 811, 1111])
  expect(told).toEqual(attempts.map((second) => second === 0))
  expect(pauses.isPausing('b')).toBe(false)
})

it('pauses for a second where somebody else is at it, and is told when it fails afterwards', () => {
  const clock = manualClock(1000)
  const pauses = new ImportPauses(clock)
  pauses.busy('a')
  expect(pauses.isPausing('a')).toBe(true)
  clock.advance(1000)
  expect([pauses.isPausing('a'), pauses.failed('a'), pauses.failed('a')]).toEqual([false, true, false])
})
