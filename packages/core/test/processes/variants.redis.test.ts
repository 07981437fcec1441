import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drawn, seededRandom, seedOfRun } from '../checker/random.ts'
import { bundle } from './bundle.ts'
import { type FleetOutcome, runFleet } from './fleet.ts'
import { type OneRedis, openOneRedis } from './one-redis.ts'
import { type Variant, VARIANTS } from './variants.ts'

let redis: OneRedis
beforeAll(async () => {
  redis = await openOneRedis(seedOfRun())
})
afterAll(() => redis.stop())

const soak = process.env['REDSTART_SOAK'] === '1'
const SEEDS = soak ? 20 : 3
/** Runs in which it must show: nearly all of many, or the first that does. */
const LEAST = soak ? SEEDS - 1 : 1
/** How long one run may look, in ms: a stale read ends it, usually within seconds. */
const LONGEST = soak ? 90_000 : 75_000

/** All of them in a soak; else one, which the seed draws. */
const FEW = 1
/** What only outages show takes many of them, and a machine that has nothing else to do. */
const QUICK = VARIANTS.filter(({ outages = false }) => !outages)

describe('the checker of processes finds that', { timeout: SEEDS * (LONGEST + 5_000) }, () => {
  it.each(soak ? VARIANTS : drawn(QUICK, FEW))('$name', async (variant) => {
    const runs = await runsOf(variant)
    const found = runs.filter(({ stale }) => stale !== undefined)
    const after = found.map(({ milliseconds }) => Math.round(milliseconds)).join(', ')
    console.log(`${variant.name}: found in ${found.length} of ${runs.length} runs, after ${after} ms`)
    expect(found.length).toBeGreaterThanOrEqual(LEAST)
  })
})

/** One short run for each seed, one after the other; without soaking, until one has shown it. */
async function runsOf({ name, patches, outages = false }: Variant): Promise<readonly FleetOutcome[]> {
  const program = await bundle(patches)
  const random = seededRandom(seedOfRun())
  const runs: FleetOutcome[] = []
  try {
    while (runs.length < SEEDS && (soak || runs.at(-1)?.stale === undefined)) {
      const app = `variant-${VARIANTS.findIndex((variant) => variant.name === name)}-${runs.length}`
      const outcome = await runFleet({
        seed: random.below(2 ** 31),
        program: program.file,
        app,
        consistency: 'bounded',
        connections: redis.connections,
        reads: Infinity,
        invalidations: Infinity,
        longest: LONGEST,
        maxStaleness: 100,
        reopenEvery: 1000,
        deadline: 100,
        disturbances: outages ? redis.outages(app) : redis.troubles(app),
      })
      runs.push(outcome)
    }
  } finally {
    await program.remove()
  }
  return runs
}
