import { cachedAdapterTests } from '@redstart/testing'
import { describe, it } from 'vitest'
import { cachedAdapter } from './adapter.ts'

/** Nothing stands there that compresses: Next.js does it in front of all, and sends no coding that a handler names. */
const NOT_THERE = /^compression behind the cache/

for (const [subject, tests] of Object.entries(cachedAdapterTests)) {
  describe(`route handlers with a cache: ${subject}`, () => {
    for (const test of tests.filter(({ name }) => !NOT_THERE.test(name)))
      it(test.name, async () => await test.run(cachedAdapter))
  })
}
