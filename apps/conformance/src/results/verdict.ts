/** What became of a test. `check` has tests of what a cache may do or not: those that it does pass. */
export type Verdict = 'pass' | 'fail' | 'dependency failed' | 'setup failure' | 'not applicable'

/** By the test's id. */
export type Verdicts = Readonly<Record<string, Verdict>>
