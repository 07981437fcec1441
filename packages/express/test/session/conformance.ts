import { type RedisServer, sessionAdapterTests, sessionRaceTests, startRedis } from '@redstart/testing'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { type ExpressName, loadExpress } from '../express-app.ts'
import { sessionAdapter } from './adapter.ts'

/** All that is expected of sessions, of one version of Express; of each in a file of its own, since it takes seconds. */
export async function describeSessions(name: ExpressName): Promise<void> {
  const adapter = sessionAdapter(await loadExpress(name))
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
