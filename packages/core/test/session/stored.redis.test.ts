import { type CommandCounter, countCommands, type RedisServer, startRedis } from '@redstart/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { redis } from '../../src/redis/index.ts'
import { type Browser, closeAll, key, openInstance, type Opened } from './browser.ts'

let server: RedisServer
let commands: CommandCounter
let opened: Opened
beforeAll(async () => {
  server = await startRedis()
  commands = await countCommands(server.url)
})
beforeEach(async () => {
  await server.command('FLUSHALL')
  opened = openInstance(redis(server.url), { sessions: { touchAfter: 0 } })
})
afterAll(async () => {
  await closeAll()
  commands.close()
  await server.stop()
})

async function sent(run: () => Promise<unknown>): Promise<readonly (string | undefined)[]> {
  await commands.settled()
  commands.reset()
  await run()
  await commands.settled()
  return commands.commands().map(([command]) => command?.toLowerCase())
}

/** The record's key, and the index's. */
function keysOf(browser: Browser): readonly [string, string] {
  const [, tag = '', sid = ''] = (browser.cookie ?? '').split('.')
  return [`${opened.app}:session:{${tag}}:s:${sid}`, `${opened.app}:session:{${tag}}:u`]
}

async function signedIn(userId: string, data: object = {}): Promise<Browser> {
  const browser = opened.browser()
  await browser.login(userId)
  await browser.request((session) => void Object.assign(session, data))
  return browser
}

describe('a request sends', () => {
  it('nothing without a cookie, and with one that is malformed or forged', async () => {
    const browser = await signedIn('u')
    const good = browser.cookie ?? ''
    for (const cookie of [
      undefined,
      '',
      'x',
      's%3Aold.signature',
      `${good}x`,
      good.slice(1),
      good.replace(/.$/, (end) => (end === 'A' ? 'B' : 'A')),
    ]) {
      const stranger = opened.browser()
      stranger.cookie = cookie
      expect(await sent(async () => await stranger.request((session) => session['a']))).toEqual([])
    }
  })

  it('one script to load, none to store nothing, and one to store something', async () => {
    const browser = await signedIn('u', { a: { b: 1 }, c: 1 })
    expect(await sent(async () => await browser.request(() => undefined))).toEqual(['evalsha'])
    expect(
      await sent(async () => await browser.request((session) => [session['a'], session.userId, session.id])),
    ).toEqual(['evalsha'])
    expect(await sent(async () => await browser.request((session) => (session['c'] = 1)))).toEqual(['evalsha'])
    const changing = await sent(
      async () => await browser.request((session) => void Object.assign(session, { a: 1, d: 2, e: 3 })),
    )
    expect(changing).toEqual(['evalsha', 'evalsha'])
  })

  it('one script to begin and to end, and two to sign in', async () => {
    // The connection, and what time it is there.
    const first = opened.browser()
    await first.request((session) => (session['a'] = 1))
    await first.login(1)
    await first.request(async (session) => await session.logout())
    const browser = opened.browser()
    expect(await sent(async () => await browser.request((session) => (session['a'] = 1)))).toEqual(['evalsha'])
    expect(await sent(async () => await browser.login(1))).toEqual(['evalsha', 'evalsha', 'evalsha'])
    expect(await sent(async () => await browser.request(async (session) => await session.logout()))).toEqual([
      'evalsha',
      'evalsha',
    ])
  })
})

describe('Redis', () => {
  it('has nothing that could be read, and no key without an end', async () => {
    const browser = await signedIn('canary-user', { field: 'canary-value', other: { deep: 'canary-value' } })
    browser.who = { ip: '203.0.113.7', userAgent: 'canary-agent' }
    const visitor = opened.browser()
    visitor.who = browser.who
    await visitor.request((session) => (session['field'] = 'canary-value'))
    await browser.request(async (session) => {
      session.addFlash('info', 'canary-value')
      await session.rotate()
    })
    await opened.sessions.statistics()
    const everything: string[] = []
    for (const name of (await server.command('KEYS', '*')) as readonly string[]) {
      const dump = await server.command('DUMP', name)
      const all = (await server.command('TYPE', name)) === 'hash' ? await server.command('HGETALL', name) : ''
      everything.push(name, String(dump), String(all))
      expect([name, Number(await server.command('PTTL', name)) > 0]).toEqual([name, true])
    }
    const text = everything.join('\n')
    const secrets = [browser, visitor].map(({ cookie = '' }) => cookie.split('.').at(-2) ?? '')
    for (const canary of ['canary', '203.0.113', key(1), ...secrets])
      expect([canary, text.includes(canary)]).toEqual([canary, false])
    expect(text).toContain('d:field')
  })

  it('cannot be made to say that somebody is another one', async () => {
    const [mine, other] = [
      await signedIn('me', { a: 'mine', b: 'b of mine' }),
      await signedIn('other', { a: 'theirs' }),
    ]
    const [[own], [theirs]] = [keysOf(mine), keysOf(other)]
    const copied = async (field: string): Promise<void> =>
      void (await server.command(
        'EVAL',
        `redis.call('HSET', KEYS[1], ARGV[1], redis.call('HGET', KEYS[2], ARGV[1]))`,
        2,
        own,
        theirs,
        field,
      ))
    const seen = async (): Promise<unknown> =>
      (await mine.send((session) => [session.userId, session['a'], session['b']])).value
    await server.command('EVAL', `redis.call('COPY', KEYS[1], 'saved')`, 1, own)
    const restored = async (): Promise<void> =>
      void (await server.command('EVAL', `redis.call('COPY', 'saved', KEYS[1], 'REPLACE')`, 1, own))
    await copied('d:a')
    expect(await seen()).toEqual(['me', undefined, 'b of mine'])
    await copied('k')
    expect(await seen()).toEqual([undefined, undefined, undefined])
    await restored()
    await server.command('EVAL', `redis.call('HSET', KEYS[1], 'd:b', redis.call('HGET', KEYS[1], 'd:a'))`, 1, own)
    expect(await seen()).toEqual(['me', 'mine', undefined])
    await restored()
    // The other one's record altogether, under this one's key, even with this one's verifier.
    await server.command(
      'EVAL',
      `local h = redis.call('HGET', KEYS[1], 'h') redis.call('COPY', KEYS[2], KEYS[1], 'REPLACE') redis.call('HSET', KEYS[1], 'h', h)`,
      2,
      own,
      theirs,
    )
    expect(await seen()).toEqual([undefined, undefined, undefined])
    await restored()
    expect(await seen()).toEqual(['me', 'mine', 'b of mine'])
    expect(await other.read('a')).toBe('theirs')
  })

  it("may hold anything at all under a session's key: that is nobody, and no error", async () => {
    const browser = await signedIn('me', { a: 1 })
    const [own, index] = keysOf(browser)
    await server.command('EVAL', `redis.call('COPY', KEYS[1], 'saved')`, 1, own)
    // Of a record that is none the index forgets as well.
    const restore = async (): Promise<void> => {
      await server.command('EVAL', `redis.call('COPY', 'saved', KEYS[1], 'REPLACE')`, 1, own)
      await server.command('ZADD', index, '9000000000000', own.split(':').at(-1) ?? '')
    }
    const set = (...fields: string[]): readonly (readonly string[])[] => [['HSET', own, ...fields]]
    const makings: readonly (readonly (readonly string[])[])[] = [
      [
        ['DEL', own],
        ['SET', own, 'text'],
      ],
      [
        ['DEL', own],
        ['RPUSH', own, 'x'],
      ],
      [
        ['DEL', own],
        ['HSET', own, 'x', 'y'],
      ],
      ...['v', 'h', 'x', 'i', 't', 'c', 'k'].map((field) => [['HDEL', own, field]]),
      ...['v', 'h', 'x', 'i', 't', 'c', 'k'].flatMap((field) =>
        ['', 'x', '-1', '\0'].map((value) => set(field, value)),
      ),
      set('v', '2'),
      set('ended', '1'),
    ]
    for (const making of makings) {
      await restore()
      for (const command of making) await server.command(...command)
      const answer = await browser.copy().send((session) => session.userId)
      // Of what is left out or turned about some do not matter.
      const harmless = /^HSET .* [itc] -1$/.test(making.map((command) => command.join(' ')).join(' '))
      expect([making, answer.value]).toEqual([making, harmless ? answer.value : undefined])
      if (!harmless) expect(answer.cookie).toBeUndefined()
    }
    await restore()
    expect(await browser.read('a')).toBe(1)
  })

  it('cannot make a session live longer than it was meant to', async () => {
    const short = openInstance(redis(server.url), { app: opened.app, sessions: { idle: 2000, absolute: 2000 } })
    const browser = short.browser()
    await browser.login('me')
    const [own, index] = keysOf(browser)
    await server.command('HSET', own, 'x', '9000000000000', 'i', '9000000000000')
    await server.command('PERSIST', own)
    await server.command('ZADD', index, '9000000000000', own.split(':').at(-1) ?? '')
    await server.command('PERSIST', index)
    expect(await browser.userId()).toBe('me')
    await expect.poll(async () => (await browser.send((session) => session.userId)).refused).toBe('expired')
  })
})
