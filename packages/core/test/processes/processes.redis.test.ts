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

/** A strict read asks Redis, and takes several times as long. */
const LEAST = {
  bounded: { reads: soaked(12_000, 250_000), invalidations: soaked(600, 12_500) },
  strict: { reads: soaked(6_000, 250_000), invalidations: soaked(300, 12_500) },
}
/** Different things that went wrong by then. */
const KINDS = soaked(5, 7)

describe('four processes on one Redis that everything happens to', () => {
  it.each(['bounded', 'strict'] as const)(
    'never read what was invalidated: %s',
    { timeout: soaked(330_000) },
    async (consistency) => {
      const least = LEAST[consistency]
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
      expectEventful(`processes, ${consistency}`, outcome, least, KINDS)
    },
  )
})
