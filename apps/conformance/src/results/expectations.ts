import { kindOf, type ScoredTest } from './score.ts'
import type { Verdicts } from './verdict.ts'

/** Why a required test does not pass. */
export interface Expectation {
  readonly test: string
  /** Names of targets. @default all that have a cache */
  readonly targets?: readonly string[]
  /** What is said of it where: `RFC 9110 8.6`. */
  readonly rfc: string
  readonly why: string
}

/** What does not agree with the table of expectations, one line each. */
export function unexpected(
  expectations: readonly Expectation[],
  tests: readonly ScoredTest[],
  runs: readonly { readonly name: string; readonly verdicts: Verdicts }[],
): readonly string[] {
  const required = tests.filter((test) => kindOf(test) === 'required').map(({ id }) => id)
  const isExpected = (name: string, id: string): boolean =>
    expectations.some(({ test, targets = [name] }) => test === id && targets.includes(name))
  return runs.flatMap(({ name, verdicts }) =>
    required.flatMap((id) => {
      const verdict = verdicts[id]
      const fails = verdict === 'fail' || verdict === 'setup failure'
      if (fails === isExpected(name, id)) return []
      return fails
        ? [`${name}: ${id} does not pass (${verdict}), and no expectation says why`]
        : [`${name}: ${id} is expected not to pass, and its verdict is: ${verdict}`]
    }),
  )
}
