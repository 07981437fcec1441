import { type Random, seededRandom } from './random.ts'
import type { Design } from './design.ts'
import type { Rules } from './rules.ts'
import { drawWeather, type Weather } from './weather.ts'

/** How often each thing happened, so that tests can say that a run exercised it. */
export interface Counts {
  l1: number
  l2: number
  loads: number
  joins: number
  stale: number
  staleOnError: number
  unchanged: number
  nestedHits: number
  nestedLoads: number
  sets: number
  gaps: number
  caughtUp: number
  skips: number
  pruned: number
  outageServed: number
  replayed: number
  overflows: number
  generations: number
  restarts: number
  aged: number
  ofNamespace: number
  refused: number
  heldConfirmed: number
  promotions: number
  continued: number
  takenOver: number
}

/** What every part of one run shares: time, dice, rules, weather, counts and the trace. */
export interface Context {
  readonly now: number
  readonly random: Random
  readonly rules: Rules
  readonly design: Design
  readonly weather: Weather
  readonly counts: Counts
  /** Lets time pass; at least one step, so that no two steps share an instant. */
  pass(steps: number): void
  /** Adds a line to the trace of a run that is traced. */
  note(line: () => string): void
}

/** What a run follows from. */
export interface Conditions {
  readonly seed: number
  readonly rules: Rules
  readonly design: Design
  /** Conditions that are not left to chance. */
  readonly under: Partial<Weather>
}

/**
 * @param trace lines are added to it; without it nothing is noted, which is faster.
 */
export function createContext({ seed, rules, design, under }: Conditions, trace?: string[]): Context {
  const random = seededRandom(seed)
  let now = 1000
  return {
    get now() {
      return now
    },
    random,
    rules,
    design,
    weather: { ...drawWeather(random, Object.values(rules).every(Boolean)), ...under },
    counts: noCounts(),
    pass(steps) {
      now += steps
    },
    note(line) {
      trace?.push(`${now} ${line()}`)
    },
  }
}

export function noCounts(): Counts {
  return {
    l1: 0,
    l2: 0,
    loads: 0,
    joins: 0,
    stale: 0,
    staleOnError: 0,
    unchanged: 0,
    nestedHits: 0,
    nestedLoads: 0,
    sets: 0,
    gaps: 0,
    caughtUp: 0,
    skips: 0,
    pruned: 0,
    outageServed: 0,
    replayed: 0,
    overflows: 0,
    generations: 0,
    restarts: 0,
    aged: 0,
    ofNamespace: 0,
    refused: 0,
    heldConfirmed: 0,
    promotions: 0,
    continued: 0,
    takenOver: 0,
  }
}

/** Adds what one run or exploration did to a total. */
export function addCounts(total: Counts, more: Counts): void {
  // The keys of a closed record; Object.keys forgets their type.
  for (const name of Object.keys(total) as (keyof Counts)[]) total[name] += more[name]
}
