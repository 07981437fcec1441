import { afterAll, beforeAll, describe, it } from 'vitest'
import { seedOfRun } from '../checker/random.ts'
import { bundle, type Program } from './bundle.ts'
import { openCluster, type TroubledCluster } from './cluster.ts'
import { expectEventful } from './expectations.ts'
import { runFleet } from './fleet.ts'

let program: Program
let cluster: TroubledCluster
const seed = seedOfRun()
beforeAll(async () => {
  program = await bundle()
  cluster = await openCluster(seed)
})
afterAll(async () => {
  await cluster.stop()
  await program.remove()
})

const soak = process.env['REDSTART_SOAK'] === '1'
const least = soak ? { reads: 100_000, invalidations: 5_000 } : { reads: 20_000, invalidations: 1_000 }
const longest = soak ? 600_000 : 45_000

describe('four processes on a Cluster that everything happens to', () => {
  it.each(['bounded', 'strict'] as const)(
    'never read what was invalidated: %s',
    { timeout: longest + 30_000 },
    async (consistency) => {
      const app = `app-${consistency}`
      const { connections } = cluster
      const disturbances = cluster.troubles(app)
      const { file } = program
      const outcome = await runFleet({
        seed,
        program: file,
        app,
        consistency,
        connections,
        ...least,
        longest,
        disturbances,
      })
      expectEventful(`processes on a Cluster, ${consistency}`, outcome, least)
    },
  )
})
