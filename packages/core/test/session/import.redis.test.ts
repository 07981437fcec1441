import { createHmac } from 'node:crypto'
import { type RedisServer, startRedis } from '@redstart/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRedstart, type RequestSession, type SessionOptions } from '../../src/index.ts'
import { sessionPolicy } from '../../src/http/index.ts'
import { memory } from '../../src/memory/index.ts'
import { redis } from '../../src/redis/index.ts'
import { closeAll, codeOf, key, keepSecret, openInstance, type Opened, times } from './browser.ts'

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
  return `Zx9-${process.pid}_${++ids}.with/odd+signs`
}

/** As express-session sends it: signed by cookie-signature, then percent-encoded. */
function signed(id: string, secret = SECRET): string {
  const signature = createHmac('sha256', secret).update(id).digest('base64').replace(/=+$/, '')
  return encodeURIComponent(`s:${id}.${signature}`)
}

const COOKIE = { originalMaxAge: null, expires: null, httpOnly: true, path: '/' }

/** As connect-redis stores it. */
async function store(id: string, data: object, cookie: object = COOKIE): Promise<void> {
  await server.command('SET', `sess:${id}`, JSON.stringify({ cookie, ...data }), 'EX', '86400')
}

function opening(sessions: SessionOptions = {}): Opened {
  return openInstance(redis(server.url), { sessions: { import: { secret: SECRET }, ...sessions } })
}

async function open(
  { sessions }: Opened,
  former: readonly string[],
  own: readonly string[] = [],
): Promise<RequestSession> {
  return await sessions.open(own, {}, { former })
}

function dataOf({ session }: RequestSession): unknown {
  return session && Object.fromEntries(Object.entries(session))
}

describe('sessions of express-session', () => {
  it('are brought over once, with their users, and are indexed from then on', async () => {
    const opened = opening()
    const id = newId()
    await store(id, { passport: { user: 'u1' }, cart: { a: 1 }, flash: { info: ['hello'] } })
    const first = await open(opened, [signed(id)])
    expect([first.session?.userId, dataOf(first), first.clearsFormer]).toEqual([
      'u1',
      { passport: { user: 'u1' }, cart: { a: 1 }, flash: { info: ['hello'] } },
      true,
    ])
    expect(first.cookie).toMatchObject({ kind: 'set', maxAge: undefined })
    expect(await server.command('EXISTS', `sess:${id}`)).toBe(0)
    expect(await opened.sessions.user('u1').list()).toHaveLength(1)
    expect(opened.of('session.created').map(({ reason }) => reason)).toEqual(['import'])
    const own = first.cookie?.kind === 'set' ? first.cookie.value : ''
    // Who signed in long ago has proved nothing lately.
    expect(await codeOf((async () => first.session?.requireFresh('1h'))())).toBe('NOT_FRESH')
    expect(dataOf(await open(opened, [], [own]))).toMatchObject({ cart: { a: 1 } })
    const again = await open(opened, [signed(id)])
    expect([again.session?.userId, again.cookie, again.clearsFormer]).toEqual([undefined, undefined, true])
    await opened.sessions.user('u1').revokeAll()
    expect((await open(opened, [signed(id)], [own])).session?.userId).toBeUndefined()
  })

  it('are those of visitors as well, however many come from one address', async () => {
    const opened = opening({ anonymousLimit: { max: 1 } })
    for (const n of times(5, (each) => each)) {
      const id = newId()
      await store(id, { n }, { ...COOKIE, originalMaxAge: 3_600_000 })
      const request = await opened.sessions.open([], { ip: '203.0.113.7' }, { former: [signed(id)] })
      expect([dataOf(request), request.session?.userId, request.cookie]).toEqual([
        { n },
        undefined,
        expect.objectContaining({ maxAge: 3_600_000 }),
      ])
    }
  })

  it('that come many times at once are brought over once, and nobody loses the cookie for it', async () => {
    const opened = opening()
    const id = newId()
    await store(id, { passport: { user: 'u2' } })
    const requests = await Promise.all(times(20, async () => await open(opened, [signed(id)])))
    expect(requests.filter(({ cookie }) => cookie !== undefined)).toHaveLength(1)
    for (const request of requests) {
      if (request.session !== undefined && request.cookie === undefined) request.session['lost'] = 1
      await request.commit()
    }
    expect(requests.filter(({ cookie }) => cookie !== undefined)).toHaveLength(1)
    expect(await opened.sessions.user('u2').list()).toHaveLength(1)
  })

  it('keep what may not be a field for identify, and know a second secret', async () => {
    const opened = opening({
      import: { secret: ['new', SECRET], prefix: 'sess:', cookie: 'sid' },
      identify: (data) => data['userId'] as number | undefined,
    })
    expect(opened.sessions.formerCookie).toBe('sid')
    const id = newId()
    await store(id, { userId: 7, login: 'x', 'a b': 1, __proto__: 1, kept: [1, null] })
    const request = await open(opened, [signed(id)])
    expect([request.session?.userId, dataOf(request)]).toEqual(['7', { kept: [1, null] }])
    await request.commit()
    // Its user was not in the data, so it is not gone from there.
    expect((await open(opened, [], [request.cookie?.kind === 'set' ? request.cookie.value : ''])).session?.userId).toBe(
      '7',
    )
  })

  it('are left alone where the cookie was not made with a secret, and ignored where they cannot be read', async () => {
    const opened = opening()
    const id = newId()
    await store(id, { passport: { user: 'u3' } })
    const good = signed(id)
    for (const former of [
      '',
      'x',
      id,
      `s:${id}`,
      signed(id, 'other'),
      good.slice(0, -1),
      `${good}x`,
      good.replace('s%3A', ''),
      '%',
      '%E0%A4%A',
      'x'.repeat(100_000),
      signed(''),
    ]) {
      const request = await open(opened, [former])
      expect([former.slice(0, 30), request.session?.userId, request.cookie, request.clearsFormer]).toEqual([
        former.slice(0, 30),
        undefined,
        undefined,
        false,
      ])
    }
    expect(await server.command('EXISTS', `sess:${id}`)).toBe(1)
    for (const text of ['', 'null', '[]', '5', '{}', '{"cookie":1}', 'not json', '{"cookie":{}', '\u0000']) {
      const odd = newId()
      await server.command('SET', `sess:${odd}`, text)
      expect((await open(opened, [signed(odd)])).session?.userId).toBeUndefined()
    }
    const list = newId()
    await server.command('RPUSH', `sess:${list}`, 'x')
    expect((await open(opened, [signed(list)])).session?.userId).toBeUndefined()
  })

  it('do not count beside a session of our own, and two of them do not either', async () => {
    const opened = opening()
    const [one, two] = [newId(), newId()]
    await store(one, { passport: { user: 'u4' } })
    await store(two, { passport: { user: 'u5' } })
    const browser = opened.browser()
    await browser.login('own')
    expect((await open(opened, [signed(one)], [browser.cookie ?? ''])).session?.userId).toBe('own')
    expect((await open(opened, [signed(one), signed(two)])).session?.userId).toBeUndefined()
    expect(await server.command('EXISTS', `sess:${one}`, `sess:${two}`)).toBe(2)
  })

  it('go no further where the user has too many', async () => {
    const opened = opening({ limit: { max: 1, onExceed: 'reject' } })
    await opened.browser().login('u6')
    const id = newId()
    await store(id, { passport: { user: 'u6' } })
    expect((await open(opened, [signed(id)])).session?.userId).toBeUndefined()
    expect(opened.of('session.lost').map(({ reason }) => reason)).toEqual(['SESSION_LIMIT'])
  })

  it('come over behind a middleware, which clears the old cookie', async () => {
    const opened = opening()
    const id = newId()
    await store(id, { passport: { user: 'u7' } })
    keepSecret(id)
    const policy = sessionPolicy(opened.sessions)
    const cookies: string[] = []
    const exchange = {
      ...{
        request: {},
        again: undefined,
        setRequestHeader: () => undefined,
        removeHeader: () => undefined,
        watchHeaders: () => () => undefined,
      },
      ...{ method: 'GET', target: '/', host: 'localhost', secure: false, address: undefined, peer: undefined },
      header: (name: string) => (name === 'cookie' ? `other=1; connect.sid=${signed(id)}` : undefined),
      setHeader: () => undefined,
      appendHeader: (name: string, value: string) => void (name === 'set-cookie' && cookies.push(value)),
    }
    const decision = await policy.decide(exchange)
    if (decision.type !== 'next') throw new Error('it replied')
    expect(decision.state.opened?.session?.userId).toBe('u7')
    await policy.settle?.(exchange, decision.state, { status: 200, headers: [], header: () => undefined })
    expect(cookies.map((cookie) => cookie.split(/[=;]/)[0])).toEqual(['sid', 'connect.sid'])
    expect(cookies[1]).toContain('Max-Age=0')
  })

  it('need Redis, and options that say what they are', async () => {
    const elsewhere = createRedstart({ backend: memory(), keys: key(1), sessions: { import: { secret: SECRET } } })
    expect(await codeOf(elsewhere.sessions.open([], {}))).toBe('UNSUPPORTED')
    await elsewhere.close()
    for (const secret of ['', [], ['']])
      expect(await codeOf((async () => opening({ import: { secret } }))())).toBe('INVALID_ARGUMENT')
    expect(await codeOf((async () => opening({ import: { secret: SECRET, cookie: '' } }))())).toBe('INVALID_ARGUMENT')
  })
})
