import { type RedisServer, sessionAdapterTests, startRedis } from '@redstart/testing'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { EXPRESSES, loadExpress } from '../express-app.ts'
import { sessionAdapter } from './adapter.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(async () => await server.stop())

for (const name of EXPRESSES) {
  const adapter = sessionAdapter(await loadExpress(name))
  for (const [group, tests] of Object.entries(sessionAdapterTests)) {
    describe(`${name}: ${group}`, () => {
      for (const test of tests) it(test.name, async () => await test.run(adapter, server))
    })
  }
}
