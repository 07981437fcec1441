import { setTimeout as wait } from 'node:timers/promises'
import { createHmac } from 'node:crypto'
import { type RedisServer, startRedis } from '@redstart/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RequestSession, SessionOptions } from '../../src/index.ts'
import { systemClock } from '../../src/clock.ts'
import { redis } from '../../src/redis/index.ts'
import { closeAll, codeOf, openInstance, type Opened, times } from './browser.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(async () => {
  await closeAll()
  await server.stop()
})

const SECRET = 'keyboard cat'
let ids = 0

function newId(): string {
  return `Zy9-${process.pid}_${++ids}.with/odd+signs`
}

/** As express-session sends it: signed by cookie-signature, then percent-encoded. */
function signed(id: string): string {
  const signature = createHmac('sha256', SECRET).update(id).digest('base64').replace(/=+$/, '')
  return encodeURIComponent(`s:${id}.${signature}`)
}

const COOKIE = { originalMaxAge: null, expires: null, httpOnly: true, path: '/' }

/** As connect-redis stores it. */
async function store(id: string, data: object): Promise<void> {
  await server.command('SET', `sess:${id}`, JSON.stringify({ cookie: COOKIE, ...data }), 'EX', '86400')
}

function opening(sessions: SessionOptions = {}): Opened {
  return openInstance(redis(server.url), { sessions: { import: { secret: SECRET }, ...sessions } })
}

async function open({ sessions }: Opened, former: readonly string[]): Promise<RequestSession> {
  return await sessions.open([], {}, { former })
}

describe('sessions of express-session that cannot be brought over', () => {
  it('stay where they are when they cannot come over, with their cookies, until they can', async () => {
    const opened = opening({ limit: { max: 1, onExceed: 'reject' } })
    const other = opened.browser()
    await other.login('u8')
    const id = newId()
    await store(id, { passport: { user: 'u8' } })
    const refused = await open(opened, [signed(id)])
    expect([refused.session?.userId, refused.clearsFormer]).toEqual([undefined, false])
    expect(Number(await server.command('TTL', `sess:${id}`))).toBeGreaterThan(86_000)
    await opened.sessions.user('u8').revokeAll()
    await expect.poll(async () => (await open(opened, [signed(id)])).session?.userId, { timeout: 9000 }).toBe('u8')
    expect(await server.command('EXISTS', `sess:${id}`)).toBe(0)
  })

  it('are asked for less and less often, and told once', async () => {
    let ahead = 0
    const real = systemClock()
    const clock = { now: () => real.now() + ahead, schedule: real.schedule }
    const opened = openInstance(redis(server.url), {
      clock,
      sessions: { import: { secret: SECRET }, limit: { max: 1, onExceed: 'reject' } },
    })
    await opened.browser().login('u11')
    const id = newId()
    await store(id, { passport: { user: 'u11' } })
    const asked = async (): Promise<number> => {
      const [, calls = '0'] = /cmdstat_get:calls=(\d+)/.exec(String(await server.command('INFO', 'commandstats'))) ?? []
      return Number(calls)
    }
    const before = await asked()
    for (const _ of times(30, () => 0)) {
      const { refused, clearsFormer } = await open(opened, [signed(id)])
      expect([refused, clearsFormer]).toEqual(['missing', false])
    }
    expect(await asked()).toBe(before + 1)
    // Redis itself holds off for a second of its own time.
    await wait(1050)
    ahead += 1000
    await open(opened, [signed(id)])
    expect(await asked()).toBe(before + 2)
    for (const _ of times(5, () => 0)) await open(opened, [signed(id)])
    expect(await asked()).toBe(before + 2)
    expect(opened.of('session.lost').map(({ reason }) => reason)).toEqual(['SESSION_LIMIT'])
    expect(opened.of('session.created')).toHaveLength(1)
  })

  it('stay where they are when nobody can tell whose they are, at each request anew', async () => {
    const opened = opening()
    const id = newId()
    await store(id, { passport: { user: { _id: '5' } }, cart: [1] })
    for (const _ of times(2, () => 0)) {
      expect(await codeOf(open(opened, [signed(id)]))).toBe('INVALID_ARGUMENT')
      expect(await server.command('EXISTS', `sess:${id}`)).toBe(1)
    }
    const failing = opening({
      identify: () => {
        throw new Error('not ready')
      },
    })
    expect(await codeOf(open(failing, [signed(id)]))).toContain('not ready')
    expect(await server.command('EXISTS', `sess:${id}`)).toBe(1)
    expect(opened.of('session.created')).toEqual([])
  })

  it('are left with their cookies where they are when Redis takes no writes, and come over afterwards', async () => {
    await using full = await startRedis()
    const opened = openInstance(redis(full.url), { sessions: { import: { secret: SECRET } } })
    const id = newId()
    await full.command('SET', `sess:${id}`, JSON.stringify({ cookie: COOKIE, passport: { user: 'u9' } }), 'EX', '86400')
    await full.command('CONFIG', 'SET', 'maxmemory', '1')
    expect(await codeOf(open(opened, [signed(id)]))).toBe('STORE_FAILED')
    expect(await full.command('EXISTS', `sess:${id}`)).toBe(1)
    await full.command('CONFIG', 'SET', 'maxmemory', '0')
    await expect.poll(async () => (await open(opened, [signed(id)])).session?.userId, { timeout: 9000 }).toBe('u9')
    expect(await opened.sessions.user('u9').list()).toHaveLength(1)
  })

  it('become one session, though two applications that know nothing of each other bring them over at once', async () => {
    const two = [opening(), opening()]
    const id = newId()
    await store(id, { passport: { user: 'u10' } })
    const requests = await Promise.all(two.map(async (opened) => await open(opened, [signed(id)])))
    expect(requests.filter(({ session }) => session?.userId === 'u10')).toHaveLength(1)
    const listed = await Promise.all(two.map(async ({ sessions }) => await sessions.user('u10').list()))
    expect(listed.flat()).toHaveLength(1)
  })
})
