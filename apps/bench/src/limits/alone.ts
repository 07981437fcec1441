/**
 * A process that measures what it answers by itself, as an application has it that does nothing else:
 * `node alone.js denied|leased|flexible URL PACE`, where the pace is JSON. It sends what it measured.
 */
import { createRedstart, gcra } from '@redstart/core'
import { redis } from '@redstart/core/redis'
import { compare, type Pace } from '../rounds.ts'
import type { RateLimiter } from './contender.ts'
import { flexibleThatRemembers } from './peers.ts'

const POLICIES = {
  denied: gcra({ rate: '1/1h', burst: 1 }),
  leased: gcra({ rate: '10M/1s', burst: 10_000_000, lease: { most: 10_000 } }),
} as const

async function main([what, url = '', pace = '{}']: readonly string[]): Promise<void> {
  const { name, check, close } = await opened(what, url)
  const run = async (operations: number): Promise<void> => {
    for (let n = 0; n < operations; n += 1) await check('user:1')
  }
  const given = JSON.parse(pace) as Pace // of the parent
  const results = await compare([{ name, run }], { ...given, warmUp: 200 * (given.warmUp ?? 1000) })
  await close()
  process.send?.(results)
  process.disconnect()
}

async function opened(what: string | undefined, url: string): Promise<RateLimiter> {
  if (what === 'flexible') return await flexibleThatRemembers({ url, limit: 1, window: 3_600_000, prefix: what })
  if (what !== 'denied' && what !== 'leased') throw new TypeError(`there is nothing called ${what} to measure`)
  const policies = { api: POLICIES[what] }
  const { limiter, ready, close } = createRedstart({ backend: redis(url), app: what, deadline: 5000, policies })
  await ready()
  return { name: 'Redstart', check: async (key) => (await limiter.check('api', { key })).allowed, close }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error)
  process.exit(1)
})
