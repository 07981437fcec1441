import { deepEqual, equal, match, notEqual } from 'node:assert/strict'
import type { Browser } from './browser.ts'
import { type SessionAdapterTest, sessionTest } from './session-test.ts'

export const formTests: readonly SessionAdapterTest[] = [
  sessionTest('are sent with a token of their own session, which a log-in makes worthless', async ({ start }) => {
    const { browser } = await start()
    const [user, attacker] = [browser(), browser()]
    const { cookies } = await user.ask('GET', '/form')
    equal(cookies.length, 1)
    match(cookies[0] ?? '', /; SameSite=Lax$/)
    const [first, second, foreign] = [await tokenFor(user), await tokenFor(user), await tokenFor(attacker)]
    notEqual(first, second)
    deepEqual([await isTaken(user, first), await isTaken(user, second)], [true, true])
    for (const wrong of [foreign, '', 'x', second.slice(1), second.slice(0, -2)])
      equal(await isTaken(user, wrong), false, wrong)
    // A page of another site gets no cookie along with its form.
    equal(await isTaken(browser(), first), false)
    await user.post('/login?user=ada')
    equal(await isTaken(user, second), false)
    equal(await isTaken(user, await tokenFor(user)), true)
  }),
]

async function tokenFor(user: Browser): Promise<string> {
  return String((await user.get('/form')).json()['token'])
}

async function isTaken(user: Browser, token: string): Promise<unknown> {
  return (await user.post('/form', { 'x-csrf-token': token })).json()['right']
}
