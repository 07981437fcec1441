import { type Counts, noCounts } from './context.ts'
import { type RuleName, rulesWithout } from './rules.ts'
import { type Outcome, run } from './run.ts'

/** Steps of one run. */
export const STEPS = 2500

/** What many runs showed. */
export interface Exploration {
  readonly runs: number
  /** Seeds of the runs that broke the claim, the one that took the fewest steps first. */
  readonly failing: readonly number[]
  readonly counts: Counts
}

export interface ExploreOptions {
  readonly firstSeed: number
  readonly runs: number
  readonly takenBack?: readonly RuleName[]
  /** Stops at the first run that breaks the claim. */
  readonly untilBroken?: boolean
}

/** Runs one seed after the other. */
export function explore({ firstSeed, runs, takenBack = [], untilBroken = false }: ExploreOptions): Exploration {
  const rules = rulesWithout(...takenBack)
  const counts = noCounts()
  const failing: { readonly seed: number; readonly steps: number }[] = []
  let done = 0
  while (done < runs && !(untilBroken && failing.length > 0)) {
    const seed = firstSeed + done++
    const outcome = run(seed, rules, STEPS)
    add(counts, outcome.counts)
    if (outcome.violation !== undefined) failing.push({ seed, steps: outcome.steps })
  }
  failing.sort((a, b) => a.steps - b.steps)
  return { runs: done, failing: failing.map(({ seed }) => seed), counts }
}

/** Runs one seed again and tells what happened, the violation last. */
export function replaySeed(seed: number, takenBack: readonly RuleName[] = []): { readonly outcome: Outcome; readonly trace: readonly string[] } {
  const trace: string[] = []
  const outcome = run(seed, rulesWithout(...takenBack), STEPS, trace)
  return { outcome, trace }
}

function add(total: Counts, more: Counts): void {
  for (const name of Object.keys(total) as (keyof Counts)[]) total[name] += more[name] // keys of a closed record
}
