import { deepEqual, equal, match } from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { type SessionAdapterTest, sessionTest } from './session-test.ts'

export const endTests: readonly SessionAdapterTest[] = [
  sessionTest('at a log-out, on the server, and the browser is told to forget the cookie', async ({ start }) => {
    const { browser } = await start()
    const user = browser()
    await user.post('/login?user=ada')
    const thief = user.copy()
    const { cookies } = await user.post('/logout')
    equal(cookies.length, 1)
    match(cookies[0] ?? '', /^sid=; Max-Age=0; Path=\/; /)
    equal(user.jar.size, 0)
    deepEqual((await thief.get('/who')).json(), {})
  }),

  sessionTest('with all others of a user, although requests use and change them at that moment', async ({ start }) => {
    const { browser, redstart } = await start()
    const users = Array.from({ length: 10 }, () => browser())
    await Promise.all(users.map(async (user) => await user.post('/login?user=ada')))
    const inFlight = Array.from({ length: 400 }, async (_, n) => await users[n % 10]?.get(n % 2 ? '/who' : '/views'))
    await Promise.race(inFlight)
    equal(await redstart.sessions.user('ada').revokeAll(), 10)
    await Promise.all(inFlight)
    for (const user of users) equal((await user.get('/who')).json()['userId'], undefined)
    deepEqual(await redstart.sessions.user('ada').list(), [])
  }),

  sessionTest('with all but one, when a password is changed', async ({ start }) => {
    const { browser } = await start()
    const [here, there, elsewhere] = [browser(), browser(), browser()]
    for (const user of [here, there, elsewhere]) await user.post('/login?user=ada')
    deepEqual((await here.post('/revoke-others')).json(), { revoked: 2 })
    deepEqual((await here.get('/who')).json(), { userId: 'ada' })
    for (const user of [there, elsewhere]) deepEqual((await user.get('/who')).json(), {})
  }),

  sessionTest('when an administrator ends it, or all of a user', async ({ start }) => {
    const { browser, redstart } = await start()
    const [one, other, third] = [browser(), browser(), browser()]
    for (const user of [one, other]) await user.post('/login?user=ada')
    await third.post('/login?user=grace')
    const id = String((await one.get('/id')).json()['id'])
    const ada = redstart.sessions.user('ada')
    deepEqual([await ada.revoke(id), await ada.revoke(id)], [true, false])
    equal(await redstart.sessions.user('grace').revoke(id), false)
    deepEqual([(await one.get('/who')).json(), (await other.get('/who')).json()], [{}, { userId: 'ada' }])
    equal(await ada.revokeAll(), 1)
    deepEqual((await other.get('/who')).json(), {})
    deepEqual((await third.get('/who')).json(), { userId: 'grace' })
  }),

  sessionTest('when everybody is signed out who signed in before an instant', async ({ start, server }) => {
    const app = `app-${randomUUID()}`
    const time = await server.command('TIME')
    const seconds = Number(Array.isArray(time) && time[0])
    const notBefore = new Date((seconds + 60) * 1000)
    const before = await start({ redstart: { app } })
    const after = await start({ redstart: { app, sessions: { notBefore } } })
    const user = before.browser()
    await user.post('/login?user=ada')
    deepEqual((await user.get('/who')).json(), { userId: 'ada' })
    deepEqual((await after.browser().get('/who', { cookie: user.cookie })).json(), {})
  }),

  sessionTest('when the handler takes it away from its request', async ({ start }) => {
    const { browser } = await start()
    const user = browser()
    await user.post('/login?user=ada')
    const thief = user.copy()
    const { status, cookies } = await user.post('/unset')
    deepEqual([status, cookies.length, user.jar.size], [200, 1, 0])
    deepEqual((await thief.get('/who')).json(), {})
  }),
]
