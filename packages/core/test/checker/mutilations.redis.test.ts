import { type RedisServer, startRedis } from '@redstart/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { redis } from '../../src/redis/index.ts'
import { OF_PATHS } from './invalidations.ts'
import { clockOfTheWrite, deaf, mutilated, type Mutilation, noFloorsOfNamespaces, noMarkers } from './mutilations.ts'
import { seededRandom, seedOfRun } from './random.ts'
import { runChecker } from './run.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(() => server.stop())

const SEEDS = 20
/** How long one run may look, in ms: a stale read ends it, usually within a second. */
const LONGEST = 8_000

/** Few markers are remembered, and no tag's, whose floor is that of all. */
const FEW = { markers: 20, kinds: OF_PATHS }

/** Runs one short check for each seed, one after the other; returns how many found a stale read. */
async function caught(name: string, mutilation: Mutilation, seeds: number, few?: typeof FEW): Promise<number> {
  const random = seededRandom(seedOfRun())
  const found: number[] = []
  for (let run = 0; run < seeds; run += 1) {
    const backend = mutilated(redis({ url: server.url, ...(few && { markers: few.markers }) }), mutilation)
    const lengths = { reads: Infinity, invalidations: Infinity, longest: LONGEST, maxStaleness: 100, reopenEvery: 100 }
    const outcome = await runChecker({
      seed: random.below(2 ** 31),
      backend,
      app: `${name}-${run}`,
      ...lengths,
      ...few,
    })
    if (outcome.stale !== undefined) found.push(Math.round(outcome.milliseconds))
  }
  console.log(`${name}: found in ${found.length} of ${seeds} runs, after ${found.join(', ')} ms`)
  return found.length
}

describe('the checker finds', { timeout: 180_000 }, () => {
  it('an entry that is bound to the moment of its writing', async () => {
    expect(await caught('clock', clockOfTheWrite, SEEDS)).toBeGreaterThanOrEqual(SEEDS - 1)
  })

  it('markers that are not told', async () => {
    expect(await caught('markers', noMarkers, SEEDS)).toBeGreaterThanOrEqual(SEEDS - 1)
  })

  it('floors of namespaces that are not told, where few markers are remembered', async () => {
    expect(await caught('floors', noFloorsOfNamespaces, SEEDS, FEW)).toBeGreaterThanOrEqual(SEEDS - 4)
  })

  it('an instance that hears of nothing', async () => {
    expect(await caught('deaf', deaf, SEEDS)).toBeGreaterThanOrEqual(SEEDS - 1)
  })
})
