import { type RedisServer, sessionAdapterTests, sessionRaceTests, startRedis } from '@redstart/testing'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { type FastifyName, loadFastify } from '../fastify-app.ts'
import { sessionAdapter } from './adapter.ts'

/** All that is expected of sessions, of one version of Fastify; of each in a file of its own, since it takes seconds. */
export function describeSessions(name: FastifyName): void {
  const adapter = sessionAdapter(loadFastify(name))
  let server: RedisServer
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(async () => await server.stop())

  for (const [subject, tests] of Object.entries(sessionAdapterTests)) {
    describe(`${name}: ${subject}`, () => {
      for (const test of tests) it(test.name, async () => await test.run(adapter, server))
    })
  }
  describe(`${name}: two apps`, () => {
    for (const test of sessionRaceTests) it(test.name, async () => await test.run([adapter, adapter], server))
  })
}
