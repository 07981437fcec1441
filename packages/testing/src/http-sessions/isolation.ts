import { deepEqual, equal } from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { json, routesOf } from './account-routes.ts'
import type { Browser } from './browser.ts'
import { type SessionAdapterTest, sessionTest } from './session-test.ts'

const USERS = 20
const REQUESTS = 200
const VISITORS = 50

const routes = routesOf({
  'POST /begin': async ({ session, query }) => {
    await session.login(query.get('user') ?? '')
    session.name = `Name of ${query.get('user')}`
    return json({})
  },
  'GET /mine': async (turn) => {
    const before = turn.session.userId
    await setTimeout(randomInt(20))
    turn.session.note = `note of ${before}`
    await setTimeout(randomInt(20))
    const { session } = turn
    const value = { before, after: session.userId, data: session }
    return { ...json(value), headers: [['x-user', session.userId ?? '']] }
  },
})

export const isolationTests: readonly SessionAdapterTest[] = [
  sessionTest(`${USERS} users with ${REQUESTS} requests at a time see only what is theirs`, async ({ start }) => {
    const { browser } = await start({ routes })
    const names = Array.from({ length: USERS }, (_, n) => `user${n}`)
    const users = names.map((name) => ({ name, own: browser() }))
    await Promise.all(users.map(async ({ name, own }) => await own.post(`/begin?user=${name}`)))
    await Promise.all(
      Array.from({ length: REQUESTS / USERS }, async () => {
        await Promise.all(users.map(async ({ name, own }) => await isOwn(own, name)))
      }),
    )
  }),

  sessionTest(`${VISITORS} visitors at a time begin sessions of their own`, async ({ start }) => {
    const { browser } = await start({ routes, redstart: { sessions: { anonymousLimit: false } } })
    const visitors = Array.from({ length: VISITORS }, (_, n) => ({ visitor: browser(), text: `note ${n}` }))
    await Promise.all(
      visitors.map(async ({ visitor, text }) => {
        await setTimeout(randomInt(30))
        await visitor.post(`/note?text=${encodeURIComponent(text)}`)
        deepEqual((await visitor.get('/note')).json(), { note: text })
      }),
    )
    equal(new Set(visitors.map(({ visitor }) => visitor.cookie)).size, VISITORS)
  }),
]

async function isOwn(user: Browser, name: string): Promise<void> {
  await setTimeout(randomInt(30))
  const { headers, cookies, json: read } = await user.get('/mine')
  const data = { name: `Name of ${name}`, note: `note of ${name}` }
  deepEqual(read(), { before: name, after: name, data })
  deepEqual([headers['x-user'], cookies], [name, []])
}
