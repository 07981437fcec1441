import { type RedisServer, startRedis } from '@redstart/testing'
import { afterAll, beforeAll } from 'vitest'
import { describeArbitraryBytes } from './arbitrary-bytes.ts'
import { redisPlaces } from './redis-place.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(async () => {
  places.close()
  await server.stop()
})

const places = redisPlaces(() => server, 'fuzz')

describeArbitraryBytes('Redis', places.open, 1500)
