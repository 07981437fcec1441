import { type RedisServer, sessionAdapterTests, sessionRaceTests, startRedis } from '@redstart/testing'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { routeSessions } from './session-adapter.ts'

/** What is the same whatever serves a request, and takes most of the time: run where there is time for it. */
const SAME_ANYWHERE: ReadonlySet<string> = new Set([
  ...['ids of sessions', 'users', 'a session ends', 'a session ends because', 'what is kept of a session'],
  'many at the same time',
])

/** What is expected of sessions: the part that depends on who serves a request, or the other one. */
export function describeSessions(part: 'own' | 'same anywhere'): void {
  let server: RedisServer
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(async () => await server.stop())

  for (const [subject, tests] of Object.entries(sessionAdapterTests)) {
    if (SAME_ANYWHERE.has(subject) === (part === 'own')) continue
    describe(`route handlers: ${subject}`, () => {
      for (const test of tests) it(test.name, async () => await test.run(routeSessions, server))
    })
  }
  if (part === 'own') return
  describe('route handlers: two apps', () => {
    for (const test of sessionRaceTests)
      it(test.name, async () => await test.run([routeSessions, routeSessions], server))
  })
}
