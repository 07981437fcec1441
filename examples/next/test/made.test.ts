import { expect, test } from 'vitest'
import { made } from '../src/lib/made.ts'

test('each thing is counted for itself, and all are of one instance', () => {
  const [menu, dish, again] = [made('a menu'), made('a dish'), made('a menu')]
  expect([menu.render, dish.render, again.render]).toEqual([1, 1, 2])
  expect(new Set([menu, dish, again].map(({ instance }) => instance)).size).toBe(1)
  expect(menu).toMatchObject({ instance: expect.stringMatching(/^\w{6}$/), at: expect.stringMatching(/^[\d:.]{12}$/) })
})
