import { afterAll, beforeAll, describe, it } from 'vitest'
import { type RedisServer, sessionAdapterTests, sessionRaceTests, startRedis } from '../../src/index.ts'
import { nodeAdapter } from './node-adapter.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(async () => await server.stop())

const adapter = nodeAdapter()

for (const [subject, tests] of Object.entries(sessionAdapterTests)) {
  describe(`node:http: ${subject}`, () => {
    for (const test of tests) it(test.name, async () => await test.run(adapter, server))
  })
}

describe('node:http: three apps', () => {
  for (const test of sessionRaceTests) it(test.name, async () => await test.run([adapter, adapter, adapter], server))
})
