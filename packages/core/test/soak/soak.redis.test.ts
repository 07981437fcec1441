import { join } from 'node:path'
import { type FaultProxy, faultProxy, type RedisServer, startRedis } from '@redstart/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { seededRandom, seedOfRun } from '../checker/random.ts'
import { bundle, type Program } from '../processes/bundle.ts'
import { type Growth, growthOf, QUANTITIES } from './growth.ts'
import { CONNECTED } from './instances.ts'
import { EXPECTED_FAILURES, OPERATIONS } from './operations.ts'
import { runRounds } from './rounds.ts'
import { SoakProcess } from './soak-process.ts'

/** Ten, or as many as are asked for; in less than five the caches take more than the first tenth to fill. */
const MINUTES = Number(process.env['REDSTART_SOAK_MINUTES'] ?? 10)
const LENGTH = MINUTES * 60_000
/** What the last tenth of the samples may be, as a multiple of the first tenth. */
const MOST_GROWTH = 1.05

let program: Program
let server: RedisServer
let proxies: readonly FaultProxy[]
const seed = seedOfRun()
beforeAll(async () => {
  program = await bundle([], join(import.meta.dirname, 'soak.child.ts'))
  // Entries are evicted for want of memory all the time.
  server = await startRedis({ args: ['--maxmemory', '6mb', '--maxmemory-policy', 'volatile-lru'] })
  proxies = await Promise.all(
    Array.from({ length: CONNECTED }, (_, way) => faultProxy(server.url, { seed: (seed + way) >>> 0 })),
  )
})
afterAll(async () => {
  await Promise.all(proxies.map((proxy) => proxy.stop()))
  await server.stop()
  await program.remove()
})

it('memory and connections do not grow whatever happens to Redis', { timeout: LENGTH + 300_000 }, async () => {
  console.log(`soak, REDSTART_SEED=${seed}`)
  const child = await SoakProcess.start(program.file, { seed, urls: proxies.map(({ url }) => url) })
  try {
    const { samples, disturbed } = await runRounds({
      child,
      server,
      proxies,
      random: seededRandom(seed),
      length: LENGTH,
    })
    const { operations, failures, reachedHere, left } = await child.end()
    const growths = QUANTITIES.map((quantity) => growthOf(samples, quantity))
    console.log(`${samples.length} samples: ${growths.map(described).join('; ')}`)
    console.log(JSON.stringify({ disturbed: counted(disturbed), operations, failures, reachedHere }))

    for (const { quantity, ratio } of growths)
      // What the system leaves to a process is its own affair.
      if (quantity !== 'resident') expect(ratio, quantity).toBeLessThanOrEqual(MOST_GROWTH)
    expect(Object.keys(operations).sort()).toEqual(Object.keys(OPERATIONS).sort())
    expect(Object.keys(failures).sort()).toEqual([...EXPECTED_FAILURES].sort())
    expect(reachedHere).toBeGreaterThan(0)
    expect(left.filter((kind) => kind.includes('TCP') || kind === 'Timeout')).toEqual([])
  } finally {
    await child.kill()
  }
})

function described({ quantity, tenths, ratio }: Growth): string {
  return `${quantity} ${tenths.join(' ')}, last to first ${ratio.toFixed(3)}`
}

function counted(names: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}
