import { afterAll, describe, expect, it } from 'vitest'
import { createRedstart, RedstartError, type SessionOptions } from '../../src/index.ts'
import { memory } from '../../src/memory/index.ts'
import { closeAll, codeOf, openInstance } from './browser.ts'

afterAll(closeAll)

/** What untyped code may pass, and the message that it gets. */
async function refusalOf(run: () => unknown): Promise<string> {
  try {
    await run()
  } catch (error) {
    if (RedstartError.is(error, 'INVALID_ARGUMENT')) return error.message
    throw error
  }
  return ''
}

/** Calls what untyped code would. */
async function call(on: object, method: string, ...given: readonly unknown[]): Promise<unknown> {
  const called: unknown = Reflect.get(on, method)
  if (typeof called !== 'function') throw new TypeError(`there is no ${method}()`)
  const result: unknown = Reflect.apply(called, on, given)
  return await result
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
          await call(session, method, ...(method === 'login' ? [2, options] : [options]))
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
      expect(await codeOf(browser.request(async (session) => await call(session, 'login', 2, { [own]: true })))).toBe(
        'INVALID_ARGUMENT',
      )
    expect(await browser.userId()).toBe('1')
  })

  it('are refused where a session is made, looked up or counted', async () => {
    const { sessions } = openInstance(memory())
    const hints = [
      await refusalOf(async () => await call(sessions, 'create', { userId: 1, useragent: 'x' })),
      await refusalOf(async () => await call(sessions, 'create', { userId: 1, Data: {} })),
      await refusalOf(async () => await call(sessions, 'get', 'x', { useragent: 'x' })),
      await refusalOf(async () => await call(sessions, 'statistics', { withn: '1m' })),
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
    const runs = [
      async () => await visit().request(async (session) => await call(session, 'login', 1, given)),
      async () => await call(sessions, 'create', given),
      async () => await call(sessions, 'statistics', given),
    ]
    for (const run of runs) expect(await codeOf(run())).toBe('INVALID_ARGUMENT')
  })

  it.each(['yes', 1, null])('are of their type: remember is %j', async (remember) => {
    const { browser: visit } = openInstance(memory())
    const message = await refusalOf(
      async () => await visit().request(async (session) => await call(session, 'login', 1, { remember })),
    )
    expect(message).toContain('true or false')
  })

  it('are refused in what limits visitors', () => {
    const sessions = { anonymousLimit: { most: 1 } } as SessionOptions // What untyped code may pass.
    expect(() => createRedstart({ sessions })).toThrow(/a member of sessions\.anonymousLimit is "most"/)
  })
})
