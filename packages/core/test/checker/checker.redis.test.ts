import { type RedisServer, startRedis } from '@redstart/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { redis } from '../../src/redis/index.ts'
import { expectEventful, soaked } from './expectations.ts'
import { randomFaults } from './faults.ts'
import { seedOfRun } from './random.ts'
import { runChecker } from './run.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(() => server.stop())

describe('several instances over one Redis', () => {
  it('never read what was invalidated', { timeout: soaked(90_000) }, async () => {
    const least = { reads: soaked(100_000), invalidations: soaked(5_000) }
    const outcome = await runChecker({
      seed: seedOfRun(),
      backend: redis(server.url),
      app: 'calm',
      ...least,
      longest: soaked(60_000),
    })
    expectEventful(outcome, least)
    expect(outcome.reachedHere).toBeLessThan(least.invalidations / 20)
  })

  it(
    'never read it either while entries, generations and connections are lost',
    { timeout: soaked(90_000) },
    async () => {
      const least = { reads: soaked(20_000), invalidations: soaked(1_000) }
      const fault = randomFaults(server, 'faults')
      const outcome = await runChecker({
        seed: seedOfRun(),
        backend: redis(server.url),
        app: 'faults',
        ...least,
        longest: soaked(60_000),
        fault,
      })
      expectEventful(outcome, least)
      expect(outcome.reachedHere).toBeGreaterThan(0)
    },
  )
})
