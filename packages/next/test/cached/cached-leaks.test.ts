import { cachedLeakTests } from '@redstart/testing'
import { describe, it } from 'vitest'
import { cachedAdapter } from './adapter.ts'

for (const [subject, tests] of Object.entries(cachedLeakTests)) {
  describe(`route handlers with a cache: ${subject}`, () => {
    for (const test of tests) it(test.name, async () => await test.run(cachedAdapter))
  })
}
