import { expect, test } from 'vitest'
import { NAMESPACES } from '../src/index.ts'

/** How long each kind of answer is kept, in seconds, as a restaurant's staff would want it. */
const SECONDS = { menu: 3600, analytics: 300, inventory: 600, staff: 1800, orders: 300, promotions: 600 }

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 }

test.each(Object.entries(SECONDS))('%s is kept for %d seconds', (name, seconds) => {
  const ttl = String(NAMESPACES[name]?.ttl)
  expect(Number.parseFloat(ttl) * (UNITS[ttl.slice(-1)] ?? Number.NaN)).toBe(seconds)
})

test('nothing else is kept, but for whole answers, of which each route says how long', () => {
  expect(Object.keys(NAMESPACES).sort()).toEqual([...Object.keys(SECONDS), 'office-pages'].sort())
  expect(NAMESPACES['office-pages']).toEqual({})
})
