import { expect, test } from 'vitest'
import { centsOf, euros } from '../src/lib/money.ts'
import { restaurantOf } from '../src/lib/restaurants.ts'
import { idOf, slugOf } from '../src/lib/slug.ts'

test.each([
  [{ id: 22, name: 'Carbonara' }, 'carbonara-22'],
  [{ id: 1, name: 'Bruschetta al pomodoro' }, 'bruschetta-al-pomodoro-1'],
  [{ id: 120, name: 'Crème brûlée (2)' }, 'creme-brulee-2-120'],
  [{ id: 5, name: '寿司' }, '5'],
])('the address of %o is %s, and says its id', (dish, slug) => {
  expect(slugOf(dish)).toBe(slug)
  expect(idOf(slug)).toBe(dish.id)
})

test.each(['carbonara', 'carbonara-', 'carbonara-0', 'carbonara-1234567890', '22x', '', '-22 '])(
  '%o is the address of no dish',
  (slug) => {
    expect(idOf(slug)).toBeUndefined()
  },
)

test.each(['Osteria', 'none', '', '__proto__', '1'])('%o is no restaurant', (slug) => {
  expect(restaurantOf(slug)).toBeUndefined()
})

test.each([
  ['13.20', 1320],
  ['13,2', 1320],
  [' 8 ', 800],
  ['0.29', 29],
  ['0', undefined],
  ['-3', undefined],
  ['1e3', undefined],
  ['13.205', undefined],
  ['', undefined],
])('%o as a price is %o cents', (text, cents) => {
  expect(centsOf(text)).toBe(cents)
  if (cents !== undefined) expect(centsOf(euros(cents).replace(' €', ''))).toBe(cents)
})
