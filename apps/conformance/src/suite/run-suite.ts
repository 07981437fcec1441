import { Agent } from 'node:http'
import { setBaseUrl, setFetch } from 'http-cache-tests/client/config.mjs'
import { makeCacheTest, type SuiteResult, testResults } from 'http-cache-tests/client/test.mjs'
import type { SuiteTest } from 'http-cache-tests/tests/index.mjs'
import fetch from 'node-fetch'
import { NOT_CONDITIONAL, NOT_CONDITIONAL_HEADER } from '../origin/not-conditional.ts'

/** What the suite said of each test, by the test's id. */
export type SuiteResults = Readonly<Record<string, SuiteResult>>

/** The suite's own number is 100; half of its tests do nothing but wait for 3 s. */
const AT_A_TIME = 60

/** A connection for each request: one that is kept may close just when the next request takes it. */
const ONE_REQUEST_EACH = new Agent({ keepAlive: false })

/** Beyond what any answer takes: one that does not come is a failed test instead of a command that hangs. */
const ANSWER_WITHIN_MS = 20_000

/**
 * Runs tests against a server, many at a time. The suite keeps its settings in its modules: one run at a time.
 *
 * @param base such as `http://127.0.0.1:8000`.
 */
export async function runSuite(base: string, tests: readonly SuiteTest[]): Promise<SuiteResults> {
  setFetch(fetchAnswer)
  setBaseUrl(base)
  const waiting = [...tests]
  const results: Record<string, SuiteResult> = {}
  const runNext = async (): Promise<void> => {
    const test = waiting.shift()
    if (test === undefined) return
    results[test.id] = await runTest(test)
    return runNext()
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, runNext))
  return results
}

/** A copy: the suite writes into its tests what it has sent, and keeps results until the process ends. */
async function runTest(test: SuiteTest): Promise<SuiteResult> {
  await makeCacheTest(structuredClone(test))
  const result = testResults[test.id]
  delete testResults[test.id]
  if (result === undefined) throw new Error(`The suite has no result for its test ${test.id}`)
  return result
}

const fetchAnswer: typeof globalThis.fetch = async (url, init) => {
  // Two options that version 2 has, and fetch has not.
  const response = await fetch(url, { agent: ONE_REQUEST_EACH, timeout: ANSWER_WITHIN_MS, ...init } as RequestInit)
  if (response.headers.has(NOT_CONDITIONAL_HEADER))
    Object.defineProperty(response, 'status', { value: NOT_CONDITIONAL })
  return response
}
