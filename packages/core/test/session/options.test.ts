import { afterAll, describe, expect, it } from 'vitest'
import { createRedstart, RedstartError, type SessionOptions } from '../../src/index.ts'
import { memory } from '../../src/memory/index.ts'
import { closeAll, codeOf, openInstance } from './browser.ts'

afterAll(closeAll)

/** What untyped code may pass, and the message that it gets. */
async function refusalOf(call: () => unknown): Promise<string> {
  try {
    await call()
  } catch (error) {
    if (RedstartError.is(error, 'INVALID_ARGUMENT')) return error.message
    throw error
  }
  return ''
}

describe('options that nobody would look at', () => {
  it.each([
    ['login', 'role', 'roles'],
    ['login', 'remeber', 'remember'],
    ['elevate', 'method', 'methods'],
  ] as const)('are refused by %s(), before anything is ended: %s', async (method, given, meant) => {
    const { browser: visit } = openInstance(memory())
    const browser = visit()
    await browser.login(1, { roles: ['chef'] })
    const message = await refusalOf(
      async () =>
        await browser.request(async (session) => {
          const options = { [given]: ['x'] }
          await Reflect.apply(session[method], session, method === 'login' ? [2, options] : [options])
        }),
    )
    expect(message).toContain(`did you mean ${meant}?`)
    expect(await browser.request((session) => [session.userId, session.hasRole('chef')])).toMatchObject({
      value: ['1', true],
    })
  })

  it('do nothing that is for the library alone', async () => {
    const browser = openInstance(memory()).browser()
    await browser.login(1, { roles: ['admin'] })
    for (const own of ['renews', 'found', 'identified', 'keep'])
      expect(
        await codeOf(
          browser.request(async (session) => await Reflect.apply(session.login, session, [2, { [own]: true }])),
        ),
      ).toBe('INVALID_ARGUMENT')
    expect(await browser.userId()).toBe('1')
  })

  it('are refused where a session is made, looked up or counted', async () => {
    const { sessions } = openInstance(memory())
    const hints = [
      await refusalOf(async () => await Reflect.apply(sessions.create, sessions, [{ userId: 1, useragent: 'x' }])),
      await refusalOf(async () => await Reflect.apply(sessions.create, sessions, [{ userId: 1, Data: {} }])),
      await refusalOf(async () => await Reflect.apply(sessions.get, sessions, ['x', { useragent: 'x' }])),
      await refusalOf(async () => await Reflect.apply(sessions.statistics, sessions, [{ withn: '1m' }])),
    ]
    expect(hints.map((message) => /did you mean (\w+)/.exec(message)?.[1])).toEqual([
      'userAgent',
      'data',
      'userAgent',
      'within',
    ])
    expect(await sessions.user(1).list()).toEqual([])
  })

  it.each([null, 1, 'x'])('are objects: %j', async (given) => {
    const { browser: visit, sessions } = openInstance(memory())
    const calls = [
      async () => await visit().request(async (session) => await Reflect.apply(session.login, session, [1, given])),
      async () => await Reflect.apply(sessions.create, sessions, [given]),
      async () => await Reflect.apply(sessions.statistics, sessions, [given]),
    ]
    for (const call of calls) expect(await codeOf(call())).toBe('INVALID_ARGUMENT')
  })

  it.each(['yes', 1, null])('are of their type: remember is %j', async (remember) => {
    const { browser: visit } = openInstance(memory())
    const message = await refusalOf(
      async () =>
        await visit().request(async (session) => await Reflect.apply(session.login, session, [1, { remember }])),
    )
    expect(message).toContain('true or false')
  })

  it('are refused in what limits visitors', () => {
    const sessions = { anonymousLimit: { most: 1 } } as SessionOptions // What untyped code may pass.
    expect(() => createRedstart({ sessions })).toThrow(/a member of sessions\.anonymousLimit is "most"/)
  })
})
