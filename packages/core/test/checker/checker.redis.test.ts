import { type RedisServer, startRedis } from '@redstart/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { redis } from '../../src/redis/index.ts'
import { expectEventful, soaked } from './expectations.ts'
import { randomFaults } from './faults.ts'
import { OF_PATHS } from './invalidations.ts'
import { seedOfRun } from './random.ts'
import { runChecker } from './run.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(() => server.stop())

/** Markers that are remembered, of many more names that are invalidated all the time. */
const FEW = 20
/** Those of the checker's readings; each has a floor of its own. */
const NAMESPACES = 7

describe('several instances over one Redis', () => {
  it('never read what was invalidated', { timeout: soaked(330_000) }, async () => {
    const least = { reads: soaked(10_000, 1_000_000), invalidations: soaked(500, 50_000) }
    const outcome = await runChecker({
      seed: seedOfRun(),
      backend: redis(server.url),
      app: 'calm',
      calm: true,
      ...least,
      longest: soaked(300_000),
    })
    expectEventful(outcome, least)
    expect(outcome.reachedHere).toBeLessThan(least.invalidations / 20)
  })

  it(
    'never read it either where nearly every marker of a key or a prefix is forgotten at once',
    { timeout: soaked(330_000) },
    async () => {
      const least = { reads: soaked(10_000, 200_000), invalidations: soaked(500, 10_000) }
      const outcome = await runChecker({
        seed: seedOfRun(),
        backend: redis({ url: server.url, markers: FEW }),
        app: 'few',
        reopenEvery: 200,
        kinds: OF_PATHS,
        ...least,
        longest: soaked(300_000),
      })
      expectEventful(outcome, least)
      const floors = (await server.command('HKEYS', '{few}:meta')) as string[]
      expect(floors.filter((field) => field.startsWith('f:')).length).toBeGreaterThanOrEqual(NAMESPACES)
    },
  )

  it(
    'never read it either while entries, connections and whole generations are lost',
    {
      timeout: soaked(330_000),
    },
    async () => {
      const least = { reads: soaked(10_000, 200_000), invalidations: soaked(500, 10_000) }
      // Few markers are remembered, so that the floor rises; the deadline is shorter than some stalls.
      const backend = redis({ url: server.url, poolSize: 2, markers: 200, breaker: { openFor: 100, longest: 500 } })
      const outcome = await runChecker({
        seed: seedOfRun(),
        backend,
        app: 'faults',
        deadline: 100,
        reopenEvery: 500,
        ...least,
        longest: soaked(300_000),
        fault: randomFaults(server, 'faults'),
      })
      expectEventful(outcome, least)
      expect(outcome.reachedHere).toBeGreaterThan(0)
    },
  )
})
