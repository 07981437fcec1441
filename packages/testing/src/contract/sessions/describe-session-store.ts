import { describe, it } from 'vitest'
import type { OpenBackend } from '../open-backend.ts'
import { sessionContractTests } from './session-contract-tests.ts'

/** Milliseconds for one test; all but the randomised ones take a small part of it. */
const TEST_TIMEOUT = 120_000

/**
 * Declares the tests of everything that sessions expect of a backend, in vitest. Time is real: the tests wait for expiry,
 * in all about six seconds.
 *
 * @param name of the backend, for the report.
 * @param open opens the backend for one test; called once for each.
 */
export function describeSessionStore(name: string, open: OpenBackend): void {
  describe(`the sessions' store: ${name}`, () => {
    for (const [group, tests] of Object.entries(sessionContractTests)) {
      describe(group, () => {
        for (const test of tests) it(test.name, async () => await test.run(open), TEST_TIMEOUT)
      })
    }
  })
}
