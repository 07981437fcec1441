import { deepEqual, equal, notEqual, ok } from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import { systemClock } from '@redstart/core'
import { eventually } from '../http/client.ts'
import { recordOf } from './cookie-parts.ts'
import { type AppParts, type SessionAdapterTest, sessionTest } from './session-test.ts'

type SessionOptions = NonNullable<NonNullable<AppParts['redstart']>['sessions']>

export const timeTests: readonly SessionAdapterTest[] = [
  sessionTest('it was not used for a while, by the clock of Redis', async ({ start }) => {
    const { browser } = await start(kept({ idle: '300ms' }))
    const user = browser()
    await user.post('/login?user=ada')
    await setTimeout(400)
    deepEqual((await user.get('/who')).json(), {})
  }),

  sessionTest('not yet where it is used', async ({ start, server }) => {
    const { browser } = await start(kept({ idle: '1m', touchAfter: 0 }))
    const user = browser()
    await user.post('/login?user=ada')
    const record = await recordOf(server, user.jar.get('sid'))
    const left = async (): Promise<number> => Number(await server.command('PTTL', record))
    await setTimeout(150)
    const before = await left()
    ok(before > 0 && before < 60_000, `${before} ms`)
    await eventually(async () => {
      deepEqual((await user.get('/who')).json(), { userId: 'ada' })
      return (await left()) > before
    }, 'more time')
    ok((await left()) <= 60_000)
  }),

  sessionTest('its time is over, however much it is used', async ({ start }) => {
    const { browser } = await start(kept({ idle: '500ms', absolute: '500ms', touchAfter: 0 }))
    const clock = systemClock()
    const user = browser()
    const begun = clock.now()
    await user.post('/login?user=ada')
    while ((await user.get('/who')).json()['userId'] !== undefined) {
      ok(clock.now() - begun < 15_000, 'it lives on')
      await setTimeout(20)
    }
    ok(clock.now() - begun > 450, 'it ended before its time')
  }),

  sessionTest('never because it has a new secret; whoever uses the old one later is told of', async ({ start }) => {
    const app = await start(kept({ rotateEvery: 1, grace: '3s' }))
    const user = app.browser()
    await user.post('/login?user=ada')
    await setTimeout(100)
    const old = user.copy()
    const answers = await Promise.all(Array.from({ length: 20 }, async () => await old.copy().get('/who')))
    for (const answer of answers) deepEqual(answer.json(), { userId: 'ada' })
    const cookies = new Set(answers.flatMap((answer) => answer.cookies))
    equal(cookies.size, 1)
    const [value = ''] = [...cookies][0]?.split(';') ?? []
    user.jar.set('sid', value.slice('sid='.length))
    notEqual(user.cookie, old.cookie)
    deepEqual((await user.copy().get('/who')).json(), { userId: 'ada' })
    await setTimeout(3100)
    deepEqual((await old.get('/who')).json(), {})
    ok(app.events.some(({ type }) => type === 'session.reuse'))
    deepEqual((await user.get('/who')).json(), { userId: 'ada' })
  }),
]

function kept(sessions: SessionOptions): AppParts {
  return { redstart: { sessions } }
}
