import { deepEqual, equal, ok } from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { RedisServer } from '../start-redis.ts'
import type { Browser } from './browser.ts'
import { partsOf, recordOf } from './cookie-parts.ts'
import { type AppParts, KEY, type SessionAdapterTest, sessionTest } from './session-test.ts'

/** Text that is nowhere else. */
const CANARY = `canary-${randomUUID()}`

export const secretTests: readonly SessionAdapterTest[] = [
  sessionTest('tells nothing to whoever reads Redis: no data, no user, no secret', async ({ start, server }) => {
    const { browser } = await start()
    const user = browser()
    await user.post(`/login?user=${CANARY}`)
    await user.post(`/note?text=${CANARY}`)
    deepEqual((await user.get('/note')).json(), { note: CANARY })
    const { tag = '', sid, secret } = partsOf(user.jar.get('sid'))
    // What names the session and stands for the user is in the keys of the record and of the user's index.
    deepEqual([await found(server, sid), await found(server, tag)], [2, 2])
    for (const hidden of [CANARY, secret, secret.slice(0, 20), KEY, String.fromCodePoint(7).repeat(32)])
      equal(await found(server, hidden), 0, hidden)
  }),

  sessionTest('is worth nothing in another place: a field, or what is known of the user', async ({ start, server }) => {
    const { browser, events } = await start()
    const [ada, mallory] = [browser(), browser()]
    await ada.post('/login?user=ada')
    await ada.post(`/note?text=${CANARY}`)
    await mallory.post('/login?user=mallory')
    await mallory.post('/note?text=own')
    const [from, to] = [await recordOf(server, ada.jar.get('sid')), await recordOf(server, mallory.jar.get('sid'))]
    const copy = async (source: string, field: string, into = field): Promise<unknown> =>
      await server.command('EVAL', COPY, 2, source, to, into, field)
    deepEqual(await shown(mallory), ['mallory', 'own'])
    // A field of somebody else's, and another field of one's own.
    await copy(from, 'd:note')
    deepEqual(await shown(mallory), ['mallory', undefined])
    await mallory.post('/note?text=own')
    await mallory.get('/views')
    await copy(to, 'd:views', 'd:note')
    deepEqual(await shown(mallory), ['mallory', undefined])
    // Who somebody is.
    await copy(from, 'k')
    deepEqual(await shown(mallory), [undefined, undefined])
    await server.command('COPY', from, to, 'REPLACE')
    deepEqual(await shown(mallory), [undefined, undefined])
    deepEqual(await shown(ada), ['ada', CANARY])
    ok(events.filter(({ type }) => type === 'session.damaged').length > 2)
  }),

  sessionTest('is told in events and log lines with the id of its session, none with a secret', async ({ start }) => {
    const lines: string[] = []
    const app = await start(logging(lines))
    const secrets: string[] = []
    const user = app.browser()
    const as = async (browser: Browser, method: string, path: string): Promise<void> => {
      await browser.ask(method, path)
      for (const [, value] of browser.jar) secrets.push(value, partsOf(value).secret, partsOf(value).mac)
    }
    await as(user, 'GET', '/views')
    await as(user, 'POST', '/login?user=ada')
    const old = user.copy()
    await as(user, 'POST', `/note?text=${CANARY}`)
    await as(user, 'GET', '/who')
    await as(old, 'GET', '/who')
    await old.get('/who', { cookie: `${user.cookie.slice(0, -1)}!` })
    for (const other of [app.browser(), app.browser(), app.browser()]) await as(other, 'POST', '/login?user=ada')
    await as(user, 'POST', '/elevate')
    await app.redstart.sessions.user('ada').revokeAll()
    await as(user, 'POST', '/login?user=ada')
    await user.post('/logout')
    await app.redstart.close()
    const told = app.events.filter(({ type }) => type.startsWith('session.'))
    for (const type of ['session.created', 'session.ended', 'session.rotated', 'session.refused'])
      ok(
        told.some((event) => event.type === type),
        `no ${type}`,
      )
    for (const event of told)
      if (event.type !== 'session.refused') ok('sid' in event && typeof event.sid === 'string', event.type)
    const all = [...lines, JSON.stringify(app.events), JSON.stringify(app.errors)].join('\n')
    for (const secret of [CANARY, ...secrets]) ok(secret.length > 8 && !all.includes(secret), 'a secret was told')
  }),
]

/** Everything happens at once: new secrets, too many sessions. */
function logging(lines: string[]): AppParts {
  const log = (...parts: readonly unknown[]): void => void lines.push(JSON.stringify(parts))
  const logger = { debug: log, info: log, warn: log, error: log }
  return { redstart: { logger, sessions: { rotateEvery: 1, grace: 1, limit: { max: 2 } } } }
}

async function shown(browser: Browser): Promise<unknown> {
  return [(await browser.get('/who')).json()['userId'], (await browser.get('/note')).json()['note']]
}

const COPY = "redis.call('HSET', KEYS[2], ARGV[1], redis.call('HGET', KEYS[1], ARGV[2]))"

/** How many keys of Redis have a text in their name or anywhere in what they hold. */
async function found(server: RedisServer, text: string): Promise<unknown> {
  return await server.command('EVAL', FIND, 0, text)
}

const FIND = `
local found = 0
for _, key in ipairs(redis.call('KEYS', '*')) do
  local held = key .. redis.call('DUMP', key)
  if redis.call('TYPE', key).ok == 'hash' then held = held .. table.concat(redis.call('HGETALL', key), ' ') end
  if string.find(held, ARGV[1], 1, true) then found = found + 1 end
end
return found`
