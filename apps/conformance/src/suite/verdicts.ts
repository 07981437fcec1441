import { determineTestResult } from 'http-cache-tests/lib/display.mjs'
import { GROUPS } from './tests.ts'
import type { SuiteResults } from './run-suite.ts'
import type { Verdict, Verdicts } from '../results/verdict.ts'

/** What the suite's own page shows of a result, each as one of ours. */
const VERDICTS: Readonly<Record<string, Verdict>> = {
  '✅': 'pass',
  Y: 'pass',
  '⛔️': 'fail',
  '⚠️': 'fail',
  N: 'fail',
  '⁉️': 'fail',
  '⚪️': 'dependency failed',
  '🔹': 'setup failure',
  // The client of the suite saw one request come to its server twice.
  '↻': 'setup failure',
  '-': 'not applicable',
}

/** Of all tests, dependencies honoured, which is how the suite's authors count. */
export function verdictsOf(results: SuiteResults): Verdicts {
  return Object.fromEntries(GROUPS.flatMap(({ tests }) => tests).map(({ id }) => [id, verdictOf(id, results)]))
}

function verdictOf(id: string, results: SuiteResults): Verdict {
  const [, , symbol] = determineTestResult(GROUPS, id, results)
  const verdict = VERDICTS[symbol]
  if (verdict === undefined) throw new Error(`The suite calls the result of ${id} '${symbol}', which is none we know`)
  return verdict
}
