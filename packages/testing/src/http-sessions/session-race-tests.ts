import { deepEqual, equal } from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { RedisServer } from '../start-redis.ts'
import type { Browser } from './browser.ts'
import { raceRoutes, raceSessions, raceToWrite } from './race-app.ts'
import type { SessionAdapter } from './session-adapter.ts'
import { type RunningSessions, sessionTest, type SessionTestParts } from './session-test.ts'

/** One thing that is expected of apps that share their sessions. */
export interface SessionRaceTest {
  readonly name: string
  /**
   * @param adapters one for each app, of one framework or of several.
   * @param server as for a `SessionAdapterTest`.
   */
  readonly run: (adapters: readonly SessionAdapter[], server: RedisServer) => Promise<void>
}

/**
 * What is expected of apps that share their sessions in Redis, each with an instance of its own, as if they were processes
 * of their own: one session, used by all of them at the same time.
 */
export const sessionRaceTests: readonly SessionRaceTest[] = [
  raceTest('one log-in is a log-in on all of them, and so is a log-out', async (apps) => {
    const [first] = apps
    const user = first?.browser()
    await user?.post('/login?user=ada')
    const { cookie = '' } = user ?? {}
    for (const { browser } of apps) deepEqual((await browser().get('/who', { cookie })).json(), { userId: 'ada' })
    await apps.at(-1)?.browser().post('/logout', { cookie })
    for (const { browser } of apps) deepEqual((await browser().get('/who', { cookie })).json(), {})
  }),

  raceTest('of writes that race for one session none is lost', async (apps) => {
    await raceToWrite(await tabsOf(apps))
  }),

  raceTest('fields that different apps write at the same time do not touch each other', async (apps) => {
    const tabs = await tabsOf(apps)
    for (let round = 0; round < 10; round++) {
      const writes = tabs.map(async (tab, app) => await tab.post(`/put?field=field${app}&text=${round}`))
      for (const { status } of await Promise.all(writes)) equal(status, 200)
      const expected = Object.fromEntries(tabs.map((_tab, app) => [`field${app}`, String(round)]))
      for (const tab of tabs) deepEqual((await tab.get('/all')).json(), expected)
    }
  }),

  raceTest('no write brings a session back that one of them has ended', async (apps) => {
    const tabs = await tabsOf(apps)
    const inFlight = tabs.flatMap((tab) => Array.from({ length: WRITES }, async () => await tab.post('/count')))
    await Promise.race(inFlight)
    await tabs.at(-1)?.copy().post('/logout')
    await Promise.all(inFlight)
    for (const { redstart } of apps) deepEqual(await redstart.sessions.user('ada').list(), [])
    for (const tab of tabs) equal((await tab.get('/who')).json()['userId'], undefined)
  }),
]

/** Of each app. */
const WRITES = 12

function raceTest(name: string, race: (apps: readonly RunningSessions[]) => Promise<void>): SessionRaceTest {
  return {
    name,
    run: async (adapters, server) => {
      const [first] = adapters
      if (first === undefined) throw new TypeError('A race takes adapters')
      await sessionTest(name, async (parts) => await race(await startAll(adapters, parts))).run(first, server)
    },
  }
}

async function startAll(
  adapters: readonly SessionAdapter[],
  { start }: SessionTestParts,
): Promise<readonly RunningSessions[]> {
  const app = `app-${randomUUID()}`
  const apps: RunningSessions[] = []
  for (const adapter of adapters)
    apps.push(await start({ adapter, routes: raceRoutes, redstart: { app, sessions: raceSessions } }))
  return apps
}

/** A user is signed in, and has a tab on each app. */
async function tabsOf(apps: readonly RunningSessions[]): Promise<readonly Browser[]> {
  const user = apps[0]?.browser()
  await user?.post('/login?user=ada')
  return apps.map(({ browser }) => {
    const tab = browser()
    for (const [name, value] of user?.jar ?? []) tab.jar.set(name, value)
    return tab
  })
}
