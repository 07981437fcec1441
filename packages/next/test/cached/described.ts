import { type CachedAdapterTest, cachedAdapterTests } from '@redstart/testing'
import { describe, it } from 'vitest'
import { cachedAdapter } from './adapter.ts'

/** Nothing stands there that compresses: Next.js does it in front of all, and sends no coding that a handler names. */
const NOT_THERE = /^compression behind the cache/
/** Of these what is the adapter's to do right shows in others as well. */
const HEAVY = /^compression|with 10 MB|mode explicit$/

/** What is expected of cached responses: what takes seconds, or all else. */
export function describeCached(which: 'heavy' | 'others'): void {
  const isIn = ({ name }: CachedAdapterTest): boolean =>
    !NOT_THERE.test(name) && HEAVY.test(name) === (which === 'heavy')
  for (const [subject, tests] of Object.entries(cachedAdapterTests)) {
    const own = tests.filter(isIn)
    if (own.length === 0) continue
    describe(`route handlers with a cache: ${subject}`, () => {
      for (const test of own) it(test.name, async () => await test.run(cachedAdapter))
    })
  }
}
