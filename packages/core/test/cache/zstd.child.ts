import { isDeepStrictEqual } from 'node:util'
import { createRedstart } from '../../src/index.ts'
import { redis } from '../../src/redis/index.ts'
import { largeMenu } from './large-menu.ts'

/** Two instances in a Node.js that has zstd: one stores, the other reads it from Redis. Tells what came of it. */
const [url = '', app = ''] = process.argv.slice(2)
const place = { backend: redis(url), app, deadline: '10s', defaults: { compression: { algorithm: 'zstd' } } } as const
const [one, two] = [createRedstart(place), createRedstart(place)]
const loaded = await one.cache.getOrSet('menu:1', largeMenu)
const { reached } = await one.cache.set('menu:2', largeMenu())
const fail = (): never => {
  throw new Error('nothing was found')
}
const read = [await two.cache.getOrSet('menu:1', fail), await two.cache.getOrSet('menu:2', fail)]
await Promise.all([one.close(), two.close()])
console.log(JSON.stringify({ reached, equal: [loaded, ...read].map((value) => isDeepStrictEqual(value, largeMenu())) }))
