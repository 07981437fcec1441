import { expect, test } from 'vitest'
import { linesOf, without, withMore } from '../src/lib/basket.ts'

test('what is put into a basket is added up, and no more of one than an order takes', () => {
  const basket = withMore(withMore({}, 22, 2), 22, 1)
  expect(linesOf(withMore(basket, 7, 1))).toEqual([
    { dish: 7, quantity: 1 },
    { dish: 22, quantity: 3 },
  ])
  expect(withMore(basket, 22, 19)).toEqual({ 22: 20 })
})

test('there is room for so many dishes, and for more of those', () => {
  const full = Array.from({ length: 45 }, (_, n) => n + 1).reduce((basket, dish) => withMore(basket, dish, 1), {})
  expect(linesOf(full)).toHaveLength(40)
  expect(withMore(full, 41, 1)).toBe(full)
  expect(withMore(full, 40, 1)).toMatchObject({ 40: 2 })
})

test('what is taken out is gone, and nothing else', () => {
  expect(without({ 7: 1, 22: 3 }, 7)).toEqual({ 22: 3 })
  expect(without({ 7: 1 }, 8)).toEqual({ 7: 1 })
})
