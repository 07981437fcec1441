import { expect, test } from 'vitest'
import { Fact } from './fact.ts'

test('a change binds its own office at once, and others once Redis has had it for maxStaleness', () => {
  const fact = new Fact(10, 300)
  fact.changed(fact.next(), { office: 0, at: 1000, reached: 'all' })
  expect(fact.oldest(0, 1000, false)).toBe(10)
  expect(fact.oldest(0, 1001, false)).toBe(11)
  expect(fact.oldest(1, 1300, false)).toBe(10)
  expect(fact.oldest(1, 1301, false)).toBe(11)
  expect(fact.waited).toBe(0)
})

test('a change that waits for Redis binds others while they have to ask the database, and once it got there', () => {
  const fact = new Fact(10, 300)
  fact.changed(fact.next(), { office: 0, at: 1000, reached: 'here' })
  expect(fact.oldest(0, 1001, false)).toBe(11)
  expect(fact.oldest(1, 1301, true)).toBe(11)
  expect(fact.oldest(1, 9000, false)).toBe(10)
  fact.settled(1, 2000)
  expect(fact.oldest(1, 9000, false)).toBe(10)
  fact.settled(0, 2000)
  expect(fact.oldest(1, 2300, false)).toBe(10)
  expect(fact.oldest(1, 2301, false)).toBe(11)
  expect(fact.waited).toBe(1)
})
