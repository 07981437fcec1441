import type { Verdict, Verdicts } from './verdict.ts'

/** What a score needs to know of a test. */
export interface ScoredTest {
  readonly id: string
  /** @default 'required' */
  readonly kind?: Kind
}

export type Kind = 'required' | 'optimal' | 'check'

/** Numbers of tests of one kind. */
export interface Score {
  readonly of: number
  readonly passed: number
  readonly failed: number
  /** A test that it depends on did not pass. */
  readonly dependency: number
  /** The test came to no end, or its first requests did not do what it builds upon. */
  readonly setup: number
  /** Those that passed by themselves, whatever became of those that they depend on. */
  readonly raw: number
}

/** @param passedAlone whether a test passed, dependencies aside. */
export function scoreOf(
  kind: Kind,
  tests: readonly ScoredTest[],
  verdicts: Verdicts,
  passedAlone: (id: string) => boolean,
): Score {
  const applicable = tests.filter((test) => kindOf(test) === kind && verdicts[test.id] !== 'not applicable')
  const count = (verdict: Verdict): number => applicable.filter(({ id }) => verdicts[id] === verdict).length
  return {
    of: applicable.length,
    passed: count('pass'),
    failed: count('fail'),
    dependency: count('dependency failed'),
    setup: count('setup failure'),
    raw: applicable.filter(({ id }) => passedAlone(id)).length,
  }
}

export function kindOf({ kind = 'required' }: ScoredTest): Kind {
  return kind
}
