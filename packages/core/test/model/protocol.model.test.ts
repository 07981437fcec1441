import { describe, expect, it } from 'vitest'
import { addCounts, type Counts, noCounts } from './context.ts'
import { designWorths, kept, refused } from './design-worth.ts'
import { type Exploration, explore, type Terms, traceOf } from './explore.ts'
import { sentences } from './rules.ts'
import { worths } from './worth.ts'

const soak = process.env['REDSTART_SOAK'] === '1'
const onlySeed = process.env['REDSTART_MODEL_SEED']

const RUNS = soak ? 10_000 : 300
/** For each set of special conditions of `worths`. */
const SPECIAL_RUNS = soak ? 1000 : 20
/** For each design that is not built. */
const DESIGN_RUNS = soak ? 10_000 : 30
/** A soak looks where nobody looked before; a plain run looks where it looked yesterday. */
const FIRST_SEED = soak ? Date.now() % 1_000_000_000 : 1
const TIMEOUT = soak ? 1_800_000 : 120_000

/** The least that each run must have done on average, about a third of what it does. */
const LEAST_PER_RUN: Readonly<Partial<Record<keyof Counts, number>>> = {
  l1: 20,
  l2: 2,
  loads: 40,
  joins: 12,
  stale: 4,
  staleOnError: 0.3,
  unchanged: 0.8,
  nestedHits: 3,
  nestedLoads: 12,
  sets: 4,
  gaps: 7,
  caughtUp: 0.1,
  skips: 3,
  pruned: 5,
  ofNamespace: 2.5,
  outageServed: 10,
  replayed: 3,
  overflows: 1,
  generations: 4,
  restarts: 0.2,
  heldConfirmed: 0.15,
}

if (onlySeed !== undefined) replayOnly(Number(onlySeed))
else {
  describe('the invalidation protocol', keepsTheClaim)
  describe('each rule, taken back alone', breaksTheClaim)
  describe('what is not built', designs)
}

/** The same of a design, in the conditions that try it. */
const LEAST_OF_DESIGNS: Readonly<Partial<Record<keyof Counts, number>>> = {
  aged: 10,
  refused: 10,
  promotions: 4,
  continued: 2,
  takenOver: 1,
}

/** Tells the whole story of one seed. */
function replayOnly(seed: number): void {
  it(`keeps the claim with seed ${seed}`, () => {
    const trace = traceOf(seed)
    console.log(trace.join('\n'))
    expect(trace.at(-1)).not.toContain('VIOLATION')
  })
}

function keepsTheClaim(): void {
  it(`never breaks the claim in ${RUNS} runs from seed ${FIRST_SEED}`, { timeout: TIMEOUT }, () => {
    const exploration = explore({ firstSeed: FIRST_SEED, runs: RUNS })
    expectKept(exploration)
    for (const [name, least] of Object.entries(LEAST_PER_RUN)) {
      // The keys of a closed record; Object.entries forgets their type.
      expect(exploration.counts[name as keyof Counts], name).toBeGreaterThan(least * RUNS)
    }
  })

  it.each(worths.filter(({ under }) => under !== undefined))(
    `never breaks it under the conditions that $rule is for, in ${SPECIAL_RUNS} runs`,
    { timeout: TIMEOUT },
    ({ under = {} }) => {
      expectKept(explore({ firstSeed: FIRST_SEED, runs: SPECIAL_RUNS, under }), { under })
    },
  )
}

function breaksTheClaim(): void {
  it('is in the tables once', () => {
    const times = (name: string): number => [...worths, ...designWorths].filter(({ rule }) => rule === name).length
    expect(Object.keys(sentences).filter((name) => times(name) !== 1)).toEqual([])
  })

  it.each([...worths, ...designWorths])('breaks the claim: $rule', { timeout: TIMEOUT }, (worth) => {
    const { rule, in600, under = {}, design = {} } = worth
    expectBroken(`${rule}: ${sentences[rule]}`, in600, { takenBack: [rule], under, design })
  })
}

function designs(): void {
  const counts = noCounts()

  it.each(kept)(`keeps the claim: $name, in ${DESIGN_RUNS} runs`, { timeout: TIMEOUT }, ({ design, under }) => {
    const exploration = explore({ firstSeed: FIRST_SEED, runs: DESIGN_RUNS, design, under })
    expectKept(exploration, { design, under })
    addCounts(counts, exploration.counts)
  })

  it('was tried', () => {
    for (const [name, least] of Object.entries(LEAST_OF_DESIGNS)) {
      // As above.
      expect(counts[name as keyof Counts], name).toBeGreaterThan(least * DESIGN_RUNS)
    }
  })

  it.each(refused)('breaks the claim: $name', { timeout: TIMEOUT }, ({ name, in600, design, under }) => {
    expectBroken(name, in600, { design, under })
  })
}

function expectBroken(what: string, in600: number, terms: Terms): void {
  const bound = boundOf(in600)
  const { runs, failing } = explore({ ...terms, firstSeed: 1, runs: bound, untilBroken: true })
  console.log(`broke after ${runs} of at most ${bound} runs. ${what}`)
  expect(failing, `no violation in ${bound} runs of: ${what}. Does the model still try it?`).not.toEqual([])
}

/** Twelve times what it takes on average: by chance alone a test would miss once in 160 000 times. */
function boundOf(in600: number): number {
  return Math.max(30, Math.ceil((12 * 600) / in600))
}

function expectKept({ runs, failing }: Exploration, terms: Terms = {}): void {
  const [shortest] = failing
  if (shortest === undefined) return
  const trace = traceOf(shortest, terms)
  console.log(
    `seed ${shortest}, the shortest of ${failing.length} of ${runs} runs that break the claim:\n${trace.join('\n')}`,
  )
  expect.unreachable(`seeds ${failing.slice(0, 10).join(', ')}: ${trace.at(-1)}`)
}
