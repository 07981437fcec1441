// Bundled by close.redis.test.ts: closes an instance while loads run, and must then end without being told to.
import { setTimeout } from 'node:timers/promises'
import { createRedstart } from '../../src/index.ts'
import { redis } from '../../src/redis/index.ts'

const { cache, invalidate, close } = createRedstart({
  backend: redis(process.argv[2]),
  app: 'child',
  maxStaleness: 100,
  deadline: '5s',
})
await cache.getOrSet('first', () => 'first', { ttl: 20, stale: '1h' })
await setTimeout(60)
// A stale hit, whose refresh goes on behind it; loads of all lengths; and an invalidation that nobody waits for.
const stale = cache.getOrSet('first', () => setTimeout(200, 'refreshed'), { stale: '1h' })
const loads = [50, 100, 300].map((ms) => cache.getOrSet(`key${ms}`, () => setTimeout(ms, ms)))
void invalidate({ tags: ['menu'] })
await setTimeout(20)
const closed = close()
const values = await Promise.all([stale, ...loads])
await closed
console.log(JSON.stringify(values))
