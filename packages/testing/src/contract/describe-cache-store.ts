import { describe, it } from 'vitest'
import { contractTests } from './contract-tests.ts'
import type { OpenBackend } from './open-backend.ts'

/** Milliseconds for one test; all but the randomised ones take a small part of it. */
const TEST_TIMEOUT = 120_000

/**
 * Declares the tests of everything that the cache expects of a backend, in vitest. Time is real: the tests wait for
 * expiry, in all about two seconds.
 *
 * @param name of the backend, for the report.
 * @param open opens the backend for one test; called at least once for each.
 */
export function describeCacheStore(name: string, open: OpenBackend): void {
  describe(`the cache's store: ${name}`, () => {
    for (const [group, tests] of Object.entries(contractTests)) {
      describe(group, () => {
        for (const test of tests) it(test.name, async () => await test.run(open), TEST_TIMEOUT)
      })
    }
  })
}
