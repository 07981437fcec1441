import type { Verdict, Verdicts } from './verdict.ts'

/** What differs from a baseline, as ids of tests. */
export interface Comparison {
  /** Passed, and do not any more, or are not there. */
  readonly lost: readonly string[]
  /** Did not pass, and do now. */
  readonly gained: readonly string[]
}

/** @param baseline undefined where there is none yet: nothing differs from it. */
export function compare(baseline: Verdicts | undefined, verdicts: Verdicts): Comparison {
  if (baseline === undefined) return { lost: [], gained: [] }
  return {
    lost: Object.keys(baseline).filter((id) => baseline[id] === 'pass' && verdicts[id] !== 'pass'),
    gained: Object.keys(verdicts).filter((id) => verdicts[id] === 'pass' && baseline[id] !== 'pass'),
  }
}

/** Sorted, one test to a line: so that a difference shows what has changed. */
export function baselineText(verdicts: Verdicts): string {
  const ids = Object.keys(verdicts).sort()
  return `{\n${ids.map((id) => `  ${JSON.stringify(id)}: ${JSON.stringify(verdicts[id])}`).join(',\n')}\n}\n`
}

/** @throws Error for what is no baseline. */
export function readBaseline(text: string): Verdicts {
  const read: unknown = JSON.parse(text)
  if (typeof read !== 'object' || read === null) throw new Error('A baseline is an object of verdicts')
  return Object.fromEntries(Object.entries(read).map(([id, verdict]) => [id, checked(id, verdict)]))
}

function checked(id: string, given: unknown): Verdict {
  const verdict = VERDICTS.find((each) => each === given)
  if (verdict === undefined) throw new Error(`The baseline has no verdict for ${id}`)
  return verdict
}

const VERDICTS: readonly Verdict[] = ['pass', 'fail', 'dependency failed', 'setup failure', 'not applicable']
