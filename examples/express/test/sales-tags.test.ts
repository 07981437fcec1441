import { expect, test } from 'vitest'
import { changedSales, salesTags } from '../src/caches/sales-tags.ts'
import { addDays, daysBetween } from '../src/reads/day.ts'

const TODAY = '2026-03-01'

test('a range carries its months, and its days while they are young', () => {
  expect(salesTags(7, { from: '2026-01-15', to: TODAY }, TODAY)).toEqual([
    'sales:7:2026-01',
    'sales:7:2026-02',
    'sales:7:2026-03',
    'sales:7:2026-03-01',
    'sales:7:2026-02-28',
    'sales:7:2026-02-27',
  ])
  expect(salesTags(7, { from: '2026-01-01', to: '2026-01-31' }, TODAY)).toEqual(['sales:7:2026-01'])
})

test('the longest range stays far below the tags that an entry may have', () => {
  expect(salesTags(1, { from: addDays(TODAY, -365), to: TODAY }, TODAY).length).toBeLessThanOrEqual(16)
})

test('a change on any day is found by every report that counts it, made today or on a day before', () => {
  for (let age = 0; age < 60; age += 1) {
    const day = addDays(TODAY, -age)
    const tag = changedSales(1, day, TODAY)
    for (let madeBefore = 0; madeBefore <= age; madeBefore += 1) {
      const madeOn = addDays(TODAY, -madeBefore)
      expect(salesTags(1, { from: day, to: day }, madeOn), `${day}, made on ${madeOn}`).toContain(tag)
    }
    // A clock that is ahead of ours, at midnight.
    expect(salesTags(1, { from: day, to: day }, addDays(TODAY, 1)), day).toContain(tag)
  }
})

test('an order of today leaves the reports of other days alone', () => {
  const tag = changedSales(1, TODAY, TODAY)
  expect(salesTags(1, { from: '2026-02-01', to: '2026-02-28' }, TODAY)).not.toContain(tag)
  expect(salesTags(2, { from: TODAY, to: TODAY }, TODAY)).not.toContain(tag)
})

test('days are counted with both ends', () => {
  expect(daysBetween('2024-02-28', '2024-03-01')).toBe(3)
  expect(daysBetween(TODAY, TODAY)).toBe(1)
  expect(daysBetween(TODAY, '2026-02-28')).toBe(0)
})
