import { type SentinelSetup, startSentinel } from '@redstart/testing'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { seedOfRun } from '../checker/random.ts'
import { bundle, type Program } from './bundle.ts'
import { expectEventful } from './expectations.ts'
import { runFleet } from './fleet.ts'
import { failovers } from './sentinel.ts'

let program: Program
let setup: SentinelSetup
const seed = seedOfRun()
beforeAll(async () => {
  program = await bundle()
  // A master that was replaced and does not know it yet would go on taking invalidations that nobody hears of.
  setup = await startSentinel({ args: ['--min-replicas-to-write', '1'] })
})
afterAll(async () => {
  await setup.stop()
  await program.remove()
})

const soak = process.env['REDSTART_SOAK'] === '1'
const least = soak ? { reads: 400_000, invalidations: 20_000 } : { reads: 15_000, invalidations: 750 }
const longest = soak ? 600_000 : 60_000

describe('four processes and a master that Sentinel replaces by its replica, which is in sync', () => {
  it.each(['bounded', 'strict'] as const)(
    'never read what was invalidated: %s',
    { timeout: longest + 60_000 },
    async (consistency) => {
      const outcome = await runFleet({
        seed,
        program: program.file,
        app: `app-${consistency}`,
        consistency,
        connections: Array.from({ length: 4 }, () => ({ kind: 'one connection', url: setup.url })),
        ...least,
        longest,
        reopenEvery: 1000,
        disturbances: () => [failovers(setup)],
      })
      expectEventful(`processes behind Sentinel, ${consistency}`, outcome, least, 1)
    },
  )
})
