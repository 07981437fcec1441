import { describe, expect, it } from 'vitest'
import type { Backend } from '../../src/index.ts'
import { redisHttp, type RedisHttpOptions } from '../../src/redis-http/index.ts'
import { soaked } from '../checker/expectations.ts'
import { randomFaults } from '../checker/faults.ts'
import { seedOfRun } from '../checker/random.ts'
import { type Outcome, runChecker, type RunOptions } from '../checker/run.ts'
import { restPlace } from './rest-place.ts'

const place = restPlace()

/** A request costs as much as many commands: some seconds' worth of them, and much more in a soak. */
const LENGTHS = { reads: soaked(1500), invalidations: soaked(80), longest: soaked(6000) }

function backend(options?: Partial<RedisHttpOptions>): Backend {
  const { url, token } = place.rest
  return redisHttp({ url, token, ...options })
}

async function check(options: Omit<RunOptions, 'seed' | keyof typeof LENGTHS>): Promise<Outcome> {
  const outcome = await runChecker({ seed: seedOfRun(), ...LENGTHS, ...options })
  const { seed, reads, tally, reachedHere, milliseconds } = outcome
  console.log(`checker, REDSTART_SEED=${seed}: ${JSON.stringify({ reads, tally, reachedHere, milliseconds })}`)
  return outcome
}

describe('several instances over one Redis behind HTTP, which nobody tells anything', () => {
  it('never read what was invalidated', { timeout: soaked(120_000) }, async () => {
    const { stale, tally } = await check({ backend: backend(), app: 'calm' })
    expect(stale).toBeUndefined()
    for (const way of ['l1Hits', 'misses', 'loads'] as const) expect(tally[way], way).toBeGreaterThan(0)
  })

  it(
    'never read it either while entries, connections and whole generations are lost',
    { timeout: soaked(120_000) },
    async () => {
      const { stale, reads } = await check({
        backend: backend({ markers: 200, breaker: { openFor: 100, longest: 500 } }),
        app: 'faults',
        deadline: 100,
        reopenEvery: 500,
        fault: randomFaults(place.server, 'faults'),
      })
      expect(stale).toBeUndefined()
      expect(reads).toBeGreaterThan(0)
    },
  )
})
