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

const soak = process.env['REDSTART_SOAK'] === '1'
const SEEDS = soak ? 20 : 5
/** How long one run may look, in ms: a stale read ends it, usually within a second. */
const LONGEST = soak ? 8_000 : 30_000

/** Few markers are remembered, and no tag's, whose floor is that of all. */
const FEW = { markers: 20, kinds: OF_PATHS }

/**
 * Runs one short check for each seed, one after the other; without soaking, until one has found a stale read.
 *
 * @returns whether it was found: in a soak, by all runs but so many.
 */
async function isCaught(name: string, mutilation: Mutilation, misses: number, few?: typeof FEW): Promise<boolean> {
  const random = seededRandom(seedOfRun())
  const found: number[] = []
  let runs = 0
  for (; runs < SEEDS && (soak || found.length === 0); runs += 1) {
    const backend = mutilated(redis({ url: server.url, ...(few && { markers: few.markers }) }), mutilation)
    const lengths = { reads: Infinity, invalidations: Infinity, longest: LONGEST, maxStaleness: 100, reopenEvery: 100 }
    const outcome = await runChecker({
      seed: random.below(2 ** 31),
      backend,
      app: `${name}-${runs}`,
      ...lengths,
      ...few,
    })
    if (outcome.stale !== undefined) found.push(Math.round(outcome.milliseconds))
  }
  console.log(`${name}: found in ${found.length} of ${runs} runs, after ${found.join(', ')} ms`)
  return found.length >= (soak ? SEEDS - misses : 1)
}

describe('the checker finds', { timeout: 180_000 }, () => {
  it('an entry that is bound to the moment of its writing', async () => {
    expect(await isCaught('clock', clockOfTheWrite, 1)).toBe(true)
  })

  it('markers that are not told', async () => {
    expect(await isCaught('markers', noMarkers, 1)).toBe(true)
  })

  it('floors of namespaces that are not told, where few markers are remembered', async () => {
    expect(await isCaught('floors', noFloorsOfNamespaces, 4, FEW)).toBe(true)
  })

  it('an instance that hears of nothing', async () => {
    expect(await isCaught('deaf', deaf, 1)).toBe(true)
  })
})
