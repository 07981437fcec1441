import { expect, it } from 'vitest'
import { redisHttp } from '../../src/redis-http/index.ts'
import { soaked } from '../checker/expectations.ts'
import { mutilated, noMarkers } from '../checker/mutilations.ts'
import { seedOfRun } from '../checker/random.ts'
import { runChecker } from '../checker/run.ts'
import { restPlace } from './rest-place.ts'

const place = restPlace()

it(
  'the checker sees a stale read over Redis behind HTTP where markers are not read',
  { timeout: soaked(120_000) },
  async () => {
    const { url, token } = place.rest
    const lengths = { reads: Infinity, invalidations: Infinity, longest: 90_000, maxStaleness: 100, reopenEvery: 100 }
    const backend = mutilated(redisHttp({ url, token }), noMarkers)
    const outcome = await runChecker({ seed: seedOfRun(), backend, app: 'blind', ...lengths })
    expect(outcome.stale).toBeDefined()
  },
)
