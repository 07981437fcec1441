import { afterAll, describe, expect, it } from 'vitest'
import { createRedstart } from '../../src/index.ts'
import { sessionPolicy } from '../../src/http/index.ts'
import { memory } from '../../src/memory/index.ts'
import { closeAll, codeOf, openInstance, type Opened } from './browser.ts'

afterAll(closeAll)

/** What a request of a browser is to the middleware. */
function exchangeOf(cookie: string | undefined) {
  const headers: string[] = []
  return {
    ...{
      request: {},
      again: undefined,
      setRequestHeader: () => undefined,
      removeHeader: () => undefined,
      watchHeaders: () => () => undefined,
    },
    ...{ method: 'GET', target: '/', host: 'localhost', secure: false, address: undefined, peer: undefined },
    header: (name: string) => (name === 'cookie' ? cookie : undefined),
    setHeader: () => undefined,
    appendHeader: (name: string, value: string) => void headers.push(`${name}: ${value}`),
    headers,
  }
}

async function request(
  { sessions }: Opened,
  { cookie, secure }: { readonly cookie?: string; readonly secure?: true },
): Promise<Awaited<ReturnType<Opened['sessions']['open']>>> {
  const exchange = exchangeOf(cookie)
  const policy = sessionPolicy(sessions, secure === undefined ? {} : { cookie: { secure } })
  const decision = await policy.decide(exchange)
  const opened = decision.type === 'next' ? decision.state.opened : undefined
  return opened ?? expect.fail('no session was opened')
}

describe('options that nobody could use', () => {
  it.each([
    ['logger', { logger: false }],
    ['logger', { logger: null }],
    ['logger', { logger: { info: () => undefined } }],
    ['random', { random: 0.5 }],
    ['sessions.binding', { sessions: { binding: 'revoke' } }],
    ['sessions.binding', { sessions: { binding: { agent: 'revoke' } } }],
    ['sessions.limit', { sessions: { limit: 5 } }],
    ['sessions.limit', { sessions: { limit: { most: 5 } } }],
    ['sessions.remember', { sessions: { remember: true } }],
    ['sessions.durability', { sessions: { durability: 1 } }],
  ])('are refused at the start: %s, %j', (what, options) => {
    let error: unknown
    try {
      Reflect.apply(createRedstart, undefined, [options])
    } catch (thrown) {
      error = thrown
    }
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(what) })
  })
})

describe('a cookie of our name', () => {
  it.each(['a b', 'a,b', 'a\\b', 'a"b', 'a\u0080b', '"'])('is counted as malformed: %j', async (value) => {
    const opened = openInstance(memory())
    await request(opened, { cookie: `other=1; sid=${value}; sid2=x y` })
    await opened.close()
    expect(opened.of('session.refused').map(({ reason, count }) => [reason, count])).toEqual([['malformed', 1]])
  })
})

describe('a seal', () => {
  it('says for whom it was made, without asking the backend', async () => {
    const opened = openInstance(memory())
    const [user, visitor] = [opened.browser(), opened.browser()]
    await user.login(1)
    await visitor.request((session) => (session['a'] = 1))
    const [own = '', other = ''] = [user.cookie, visitor.cookie]
    const { sessions } = opened
    const forged = `${own.slice(0, -1)}${own.endsWith('A') ? 'B' : 'A'}`
    const cases: readonly (readonly string[])[] = [[own], [other], [own, own], [own, other], [forged], ['x'], []]
    expect(cases.map((values) => sessions.sealedFor(values))).toEqual([
      ...['user', 'visitor', 'user', undefined, undefined, undefined, undefined],
    ])
    await sessions.user(1).revokeAll()
    expect(sessions.sealedFor([own])).toBe('user')
  })
})

describe('a log-in on a connection that may not have its cookie', () => {
  it('stores nothing, ends nothing and counts towards no limit', async () => {
    const opened = openInstance(memory(), { sessions: { limit: { max: 1 } } })
    const known = opened.browser()
    await known.login(1)
    const { session, ...rest } = await request(opened, { secure: true })
    expect(await codeOf((async () => await session?.login(1))())).toBe('INSECURE_COOKIE')
    expect([session?.userId, rest.cookie]).toEqual([undefined, undefined])
    expect(await opened.sessions.user(1).list()).toHaveLength(1)
    expect(await known.userId()).toBe('1')
  })

  it('stores nothing of a visitor either', async () => {
    const opened = openInstance(memory())
    const visit = await request(opened, { secure: true })
    if (visit.session !== undefined) visit.session['basket'] = 1
    expect(await codeOf(visit.commit())).toBe('INSECURE_COOKIE')
    expect(opened.of('session.created')).toEqual([])
  })
})

describe('a value that cannot be stored', () => {
  it('is told with the name of its field', async () => {
    const opened = openInstance(memory())
    const browser = opened.browser()
    for (const stored of [false, true]) {
      if (stored) await browser.login(1)
      const failing = browser.request((session) => void (session['callback'] = { done: () => undefined }))
      await expect(failing).rejects.toMatchObject({
        code: 'UNSUPPORTED_VALUE',
        message: expect.stringContaining('"callback"'),
      })
    }
  })
})
