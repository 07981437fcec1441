import { addCounts, type Counts, noCounts } from './context.ts'
import type { Design } from './design.ts'
import { type RuleName, rulesWithout } from './rules.ts'
import { run } from './run.ts'
import type { Weather } from './weather.ts'

/** Steps of one run. */
const STEPS = 2500

/** Which rules hold, and under which conditions. */
export interface Terms {
  readonly takenBack?: readonly RuleName[]
  readonly under?: Partial<Weather>
  /** What is not as built. */
  readonly design?: Partial<Design>
}

export interface ExploreOptions extends Terms {
  readonly firstSeed: number
  readonly runs: number
  /** Stops at the first run that breaks the claim. */
  readonly untilBroken?: boolean
}

/** What many runs showed. */
export interface Exploration {
  readonly runs: number
  /** Seeds of the runs that broke the claim, the one that took the fewest steps first. */
  readonly failing: readonly number[]
  readonly counts: Counts
}

/** Runs one seed after the other. */
export function explore({
  firstSeed,
  runs,
  takenBack = [],
  under = {},
  design = {},
  untilBroken = false,
}: ExploreOptions): Exploration {
  const rules = rulesWithout(...takenBack)
  const counts = noCounts()
  const failing: { readonly seed: number; readonly steps: number }[] = []
  let done = 0
  while (done < runs && !(untilBroken && failing.length > 0)) {
    const seed = firstSeed + done++
    const outcome = run({ seed, rules, under, design, steps: STEPS })
    addCounts(counts, outcome.counts)
    if (outcome.violation !== undefined) failing.push({ seed, steps: outcome.steps })
  }
  failing.sort((a, b) => a.steps - b.steps)
  return { runs: done, failing: failing.map(({ seed }) => seed), counts }
}

/** Runs one seed again and tells what happened; a violation is the last line. */
export function traceOf(seed: number, { takenBack = [], under = {}, design = {} }: Terms = {}): readonly string[] {
  const trace: string[] = []
  run({ seed, rules: rulesWithout(...takenBack), under, design, steps: STEPS }, trace)
  return trace
}
