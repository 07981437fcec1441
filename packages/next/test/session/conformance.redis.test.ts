import { type RedisServer, sessionAdapterTests, sessionRaceTests, startRedis } from '@redstart/testing'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { routeSessions } from './session-adapter.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(async () => await server.stop())

for (const [subject, tests] of Object.entries(sessionAdapterTests)) {
  describe(`route handlers: ${subject}`, () => {
    for (const test of tests) it(test.name, async () => await test.run(routeSessions, server))
  })
}
describe('route handlers: two apps', () => {
  for (const test of sessionRaceTests) it(test.name, async () => await test.run([routeSessions, routeSessions], server))
})
