import { type RedisServer, startRedis } from '@redstart/testing'
import { afterAll, beforeAll } from 'vitest'
import { redisPlaces } from './redis-place.ts'
import { describeRoundTrips } from './round-trip.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(async () => {
  places.close()
  await server.stop()
})

const places = redisPlaces(() => server, 'trips')

describeRoundTrips('Redis', places.open, 100)
