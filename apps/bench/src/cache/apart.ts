/**
 * A process with one cache: `node apart.js NAME URL TOGETHER`. Told how often, it reads pages that are in Redis, and says
 * how many pages it has made since its start.
 */
import { serveApart } from '../apart.ts'
import { ioredis } from './floors.ts'
import { definition, redstart } from './ours.ts'
import { pagesMade } from './payload.ts'
import { asyncCacheDedupe, bentocache, cacheable, cacheManager, ocache } from './peers.ts'
import { oneByOne, together } from './work.ts'

const CACHES = { redstart, definition, bentocache, cacheable, cacheManager, asyncCacheDedupe, ocache, ioredis }

function main([name = '', url = '', count = '1']: readonly string[]): void {
  const open = new Map(Object.entries(CACHES)).get(name)
  if (open === undefined) throw new TypeError(`there is no cache called ${name} to measure`)
  const cache = open({ url, inMemory: 0, tags: 1 })
  const work = count === '1' ? oneByOne() : together(Number(count))
  serveApart(cache.name, async (operations) => {
    await work(cache, operations)
    return pagesMade()
  })
}

main(process.argv.slice(2))
