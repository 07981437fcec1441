import { afterAll, beforeAll, describe, it } from 'vitest'
import { soaked } from '../checker/expectations.ts'
import { seedOfRun } from '../checker/random.ts'
import { bundle, type Program } from './bundle.ts'
import { expectEventful } from './expectations.ts'
import { runFleet } from './fleet.ts'
import { type OneRedis, openOneRedis } from './one-redis.ts'

let program: Program
let redis: OneRedis
const seed = seedOfRun()
beforeAll(async () => {
  program = await bundle()
  redis = await openOneRedis(seed)
})
afterAll(async () => {
  await redis.stop()
  await program.remove()
})

const least = { reads: soaked(15_000, 250_000), invalidations: soaked(750, 12_500) }

describe('four processes on one Redis that everything happens to', () => {
  it.each(['bounded', 'strict'] as const)(
    'never read what was invalidated: %s',
    { timeout: soaked(330_000) },
    async (consistency) => {
      const app = `app-${consistency}`
      const outcome = await runFleet({
        seed,
        program: program.file,
        app,
        consistency,
        connections: redis.connections,
        ...least,
        longest: soaked(300_000),
        killEvery: 5000,
        disturbances: redis.troubles(app),
      })
      expectEventful(`processes, ${consistency}`, outcome, least)
    },
  )
})
