import { setTimeout as wait } from 'node:timers/promises'
import { type RedisServer, startRedis } from '@redstart/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { SessionOptions } from '../../src/index.ts'
import { systemClock } from '../../src/clock.ts'
import { redis } from '../../src/redis/index.ts'
import { type Browser, closeAll, codeOf, openInstance, type Opened } from './browser.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis({ args: ['--repl-diskless-sync-delay', '0'] })
})
afterAll(async () => await server.stop())
beforeEach(async () => void (await server.command('FLUSHALL')))
afterEach(closeAll)

/** With a deadline that is soon over, though not on a busy machine, and a breaker that leaves each failure to the deadline. */
function opening(sessions: SessionOptions = {}): Opened {
  return openInstance(redis({ url: server.url, breaker: { failures: 1000 } }), {
    sessions: { deadline: 800, ...sessions },
  })
}

async function signedIn(opened: Opened, userId = 'u'): Promise<Browser> {
  const browser = opened.browser()
  await browser.login(userId)
  await browser.request((session) => (session['a'] = 'before'))
  return browser
}

/** Runs something while Redis answers nobody. */
async function whileAway<T>(run: () => Promise<T>): Promise<T> {
  server.pause()
  try {
    return await run()
  } finally {
    server.resume()
  }
}

async function soon(condition: () => Promise<boolean>): Promise<void> {
  await expect.poll(condition, { interval: 20 }).toBe(true)
}

describe('what reaches Redis after its time', () => {
  it('does nothing: a save', async () => {
    const opened = opening()
    const browser = await signedIn(opened)
    const request = await opened.sessions.open([browser.cookie ?? ''], {})
    Object.assign(request.session ?? {}, { a: 'late' })
    await whileAway(async () => {
      expect(await codeOf(request.commit())).toBe('STORE_TIMEOUT')
      await wait(50)
    })
    expect(await browser.read('a')).toBe('before')
    // It can be tried again.
    await request.commit()
    expect(await browser.read('a')).toBe('late')
  })

  it('does nothing: a log-in, a rotation and the first data of a visitor', async () => {
    const opened = opening()
    const browser = await signedIn(opened, 'someone')
    const [visitor, request] = [
      await opened.sessions.open([], {}),
      await opened.sessions.open([browser.cookie ?? ''], {}),
    ]
    const newcomer = await opened.sessions.open([], {})
    await whileAway(async () => {
      Object.assign(visitor.session ?? {}, { a: 1 })
      const codes = await Promise.all([
        codeOf(visitor.commit()),
        codeOf(newcomer.session?.login('u') ?? Promise.resolve()),
        codeOf(request.session?.rotate() ?? Promise.resolve()),
      ])
      expect(codes).toEqual(['STORE_TIMEOUT', 'STORE_TIMEOUT', 'STORE_TIMEOUT'])
      await wait(50)
    })
    expect(await opened.sessions.user('u').list()).toEqual([])
    const keys = (await server.command('KEYS', `${opened.app}:*:s:*`)) as readonly string[]
    expect(keys).toHaveLength(1)
    expect(await server.command('HEXISTS', keys[0] ?? '', 'q')).toBe(0)
    expect([visitor.cookie, newcomer.cookie, newcomer.session?.userId]).toEqual([undefined, undefined, undefined])
  })

  it('brings no session back that has run out meanwhile', async () => {
    const opened = opening({ idle: '1s', touchAfter: 0, deadline: 5000 })
    const browser = await signedIn(opened)
    await browser.request(async (session) => {
      session['a'] = 'late'
      await wait(1100)
    })
    expect(opened.of('session.lost').map(({ reason }) => reason)).toEqual(['missing'])
    expect(await browser.userId()).toBeUndefined()
    expect(await server.command('KEYS', `${opened.app}:*:s:*`)).toEqual([])
  })
})

describe('a Redis that has lost something', () => {
  it('of an index lets nobody in', async () => {
    const opened = opening()
    const browser = await signedIn(opened)
    for (const name of (await server.command('KEYS', `${opened.app}:*:u`)) as readonly string[])
      await server.command('DEL', name)
    expect(await browser.send((session) => session.userId)).toMatchObject({
      value: undefined,
      refused: 'revoked',
      cookie: undefined,
    })
    // Nor does another log-in bring the session back.
    const other = await signedIn(opened)
    expect([await browser.userId(), await other.userId()]).toEqual([undefined, 'u'])
  })

  it('of everything begins anew', async () => {
    const opened = opening()
    const browser = await signedIn(opened)
    const request = await opened.sessions.open([browser.cookie ?? ''], {})
    await server.command('FLUSHALL')
    await server.command('SCRIPT', 'FLUSH')
    Object.assign(request.session ?? {}, { a: 'late' })
    await request.commit()
    expect([request.session?.userId, request.cookie]).toEqual([undefined, undefined])
    expect(await browser.send((session) => session['a'])).toMatchObject({
      value: undefined,
      refused: 'missing',
      cookie: undefined,
    })
    await browser.request((session) => (session['a'] = 'new'))
    expect(await browser.read('a')).toBe('new')
  })
})

describe('a Redis that is away', () => {
  it('is an error to whoever has a cookie, and to nobody else before something is stored', async () => {
    const opened = opening()
    const browser = await signedIn(opened)
    await whileAway(async () => {
      const codes = await Promise.all([
        codeOf(browser.userId()),
        codeOf(opened.sessions.introspect(browser.cookie ?? '')),
        codeOf(opened.browser().userId()),
        codeOf(opened.browser().request((session) => (session['a'] = 1))),
      ])
      expect(codes).toEqual(['STORE_TIMEOUT', 'STORE_TIMEOUT', undefined, 'STORE_TIMEOUT'])
    })
    expect(await browser.userId()).toBe('u')
  })

  it('is waited for once, though a handler waits for nothing that it asks for', async () => {
    const opened = opening()
    const browser = await signedIn(opened)
    const request = await opened.sessions.open([browser.cookie ?? ''], {})
    const { session } = request
    await whileAway(async () => {
      Object.assign(session ?? {}, { a: 'late' })
      const steps = [session?.save(), session?.rotate(), session?.save()]
      const errors = await Promise.all(
        [request.underWay, ...steps].map(async (step) => {
          try {
            return await step
          } catch (error) {
            return error
          }
        }),
      )
      // Each of its own would be another error, and another deadline.
      expect(errors[0]).toMatchObject({ code: 'STORE_TIMEOUT' })
      expect(new Set(errors).size).toBe(1)
    })
  })

  it('is an empty session where that is asked for, which stores nothing and leaves the cookie alone', async () => {
    const opened = opening({ unavailable: 'anonymous' })
    const browser = await signedIn(opened)
    await whileAway(async () => {
      const [answer, ...codes] = await Promise.all([
        browser.send((session) => {
          session.issueCsrfToken()
          return [session.userId, session['a']]
        }),
        codeOf(browser.send((session) => (session['a'] = 1))),
        codeOf(browser.send(async (session) => await session.login('x'))),
      ])
      expect(answer).toMatchObject({ value: [undefined, undefined], refused: 'unavailable', cookie: undefined })
      expect(codes).toEqual(['STORE_TIMEOUT', 'STORE_TIMEOUT'])
    })
    expect(await browser.read('a')).toBe('before')
  })

  it.each(['throw', 'anonymous'] as const)('hears of a log-out as soon as it is back: %s', async (unavailable) => {
    const opened = opening({ unavailable })
    const browser = await signedIn(opened)
    const before = unavailable === 'throw' ? await opened.sessions.open([browser.cookie ?? ''], {}) : undefined
    await whileAway(async () => {
      const request = before ?? (await opened.sessions.open([browser.cookie ?? ''], {}))
      expect(await codeOf(request.session?.logout() ?? Promise.resolve())).toBe('STORE_TIMEOUT')
      expect(request.cookie).toEqual({ kind: 'clear' })
      expect(opened.of('session.ended')).toEqual([])
    })
    await soon(async () => opened.of('session.ended').length > 0)
    expect(await browser.userId()).toBeUndefined()
    expect(opened.of('session.ended').map(({ reason }) => reason)).toEqual(['logout'])
  })

  it("hears of the end of all of a user's sessions, and leaves those that came later", async () => {
    const opened = opening()
    const [browser, others] = [await signedIn(opened), openInstance(redis(server.url), { app: opened.app })]
    await wait(20)
    // A breaker's worth of failures later somebody signs in by another process.
    await whileAway(async () => expect(await codeOf(opened.sessions.user('u').revokeAll())).toBe('STORE_TIMEOUT'))
    // Redis runs late what it was sent: the first attempt itself.
    await soon(async () => (await browser.userId()) === undefined)
    const later = others.browser()
    await later.login('u')
    await wait(1600)
    expect(await later.userId()).toBe('u')
  })
})

describe('clocks', () => {
  /** A use within half of the idle time keeps a session, and twice that without one ends it. */
  async function livesByRedis(skew: number): Promise<void> {
    const real = systemClock()
    const clock = { now: () => real.now() + skew + 7_200_000, schedule: real.schedule }
    const opened = openInstance(redis(server.url), { clock, sessions: { idle: 2000, touchAfter: 0, absolute: '1h' } })
    const browser = await signedIn(opened)
    for (const _ of [1, 2]) {
      await wait(1050)
      expect(await browser.read('a')).toBe('before')
    }
    await wait(2050)
    expect(await browser.read('a')).toBeUndefined()
  }

  it('of this process decide nothing, though they are an hour ahead or behind', async () => {
    await Promise.all([livesByRedis(3_600_000), livesByRedis(-3_600_000)])
  })
})

describe('durability', () => {
  it('is the number of replicas that have it', async () => {
    await using replica = await startRedis({ args: ['--replicaof', server.host, String(server.port)] })
    await soon(async () => String(await replica.command('INFO', 'replication')).includes('master_link_status:up'))
    const opened = openInstance(redis(server.url), { sessions: { durability: { replicas: 1, within: '2s' } } })
    const browsers = [await signedIn(opened), await signedIn(opened)]
    await browsers[0]?.request(async (session) => await session.logout())
    await opened.sessions.user('u').revokeAll()
    expect(opened.of('session.created').map(({ replicas }) => replicas)).toEqual([1, 1])
    expect(opened.of('session.ended').map(({ reason, replicas }) => [reason, replicas])).toEqual([
      ['logout', 1],
      ['revoked', 1],
    ])
    replica.pause()
    const alone = openInstance(redis(server.url), { sessions: { durability: { replicas: 1, within: 20 } } })
    const browser = await signedIn(alone)
    expect(alone.of('session.created').map(({ replicas }) => replicas)).toEqual([0])
    expect(await browser.userId()).toBe('u')
    replica.resume()
  })
})
