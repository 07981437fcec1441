/**
 * A process with one rate limiter: `node apart.js NAME OPTIONS`, where the options are JSON. Told how often, it checks, and
 * says how long each check took, in ns.
 */
import { serveApart } from '../apart.ts'
import { type ApartOptions, checking } from './checking.ts'
import { ourFixedWindow, ourGcra } from './ours.ts'
import { fastifyRateLimit, flexible, rateLimitRedis, upstash } from './peers.ts'

const LIMITERS = { ourGcra, ourFixedWindow, flexible, rateLimitRedis, fastifyRateLimit, upstash }

async function main([name = '', options = '{}']: readonly string[]): Promise<void> {
  const open = new Map(Object.entries(LIMITERS)).get(name)
  if (open === undefined) throw new TypeError(`there is no rate limiter called ${name} to measure`)
  const { together, keys, ...given } = JSON.parse(options) as ApartOptions // of the parent
  const limiter = await open(given)
  serveApart(limiter.name, async (operations) => {
    const latencies: number[] = []
    await checking(limiter.check, operations, together, keys, latencies)
    return latencies
  })
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error)
  process.exit(1)
})
