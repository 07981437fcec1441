import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { baselineText, compare, type Comparison, readBaseline } from './results/baseline.ts'
import type { Verdicts } from './results/verdict.ts'
import { runTarget } from './targets/run-target.ts'
import type { Target } from './targets/targets.ts'
import type { SuiteResults } from './suite/run-suite.ts'
import { TESTS, withDependencies } from './suite/tests.ts'
import { verdictsOf } from './suite/verdicts.ts'

/** What became of a target. */
export interface Measured {
  readonly target: Target
  readonly results: SuiteResults
  readonly verdicts: Verdicts
  readonly comparison: Comparison
  /** Passed only the second time: a machine that had no time for them, or a fault that comes and goes. */
  readonly repeated: readonly string[]
}

/** Runs all tests against a target, and what it has lost once more. */
export async function measure(target: Target): Promise<Measured> {
  const baseline = await baselineOf(target)
  const first = await runTarget(target, TESTS)
  const { lost } = compare(baseline, verdictsOf(first))
  const again = withDependencies(lost).filter(({ id }) => first[id] !== true)
  const results = again.length === 0 ? first : { ...first, ...(await runTarget(target, again)) }
  const verdicts = verdictsOf(results)
  const comparison = compare(baseline, verdicts)
  return { target, results, verdicts, comparison, repeated: lost.filter((id) => !comparison.lost.includes(id)) }
}

/** Has later runs compare with this one. */
export async function updateBaseline({ target, verdicts }: Measured): Promise<void> {
  await writeFile(baselineFile(target), baselineText(verdicts))
}

async function baselineOf(target: Target): Promise<Verdicts | undefined> {
  const text = await readFile(baselineFile(target), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
  return text === undefined ? undefined : readBaseline(text)
}

function baselineFile({ name }: Target): string {
  return join(import.meta.dirname, '../baselines', `${name}.json`)
}
