import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { RedstartError } from '@redstart/core'
import { json, routesOf } from './account-routes.ts'
import type { SessionAppOptions } from './session-adapter.ts'
import { type SessionAdapterTest, sessionTest } from './session-test.ts'

export const fieldTests: readonly SessionAdapterTest[] = [
  sessionTest('are its own properties, and nothing else of it can be seen', async ({ start }) => {
    const routes = routesOf({
      'POST /begin': ({ session }) => json(Object.assign(session, { cart: { tea: 1 }, note: 'x' })),
      'GET /seen': ({ session }) => {
        const inherited = []
        for (const key in session) inherited.push(key)
        return json({ keys: Object.keys(session), inherited, copy: Object.assign({}, session), has: 'note' in session })
      },
    })
    const { browser } = await start({ url: undefined, routes })
    const visitor = browser()
    deepEqual((await visitor.post('/begin')).json(), { cart: { tea: 1 }, note: 'x' })
    deepEqual((await visitor.get('/seen')).json(), {
      keys: ['cart', 'note'],
      inherited: ['cart', 'note'],
      copy: { cart: { tea: 1 }, note: 'x' },
      has: true,
    })
  }),

  sessionTest('are stored where something within them is changed, and where they are deleted', async ({ start }) => {
    const routes = routesOf({
      'POST /begin': ({ session }) => json(Object.assign(session, { cart: { tea: 1 }, note: 'x' })),
      'POST /change': ({ session }) => {
        if (session.cart !== undefined) session.cart['milk'] = 2
        delete session.note
        return json({})
      },
      'GET /all': ({ session }) => json(session),
    })
    const { browser } = await start({ url: undefined, routes })
    const visitor = browser()
    await visitor.post('/begin')
    await visitor.post('/change')
    deepEqual((await visitor.get('/all')).json(), { cart: { tea: 1, milk: 2 } })
  }),

  sessionTest('that cannot be stored are told, but not to the client', async ({ start }) => {
    const routes = routesOf({
      'GET /function': ({ session }) => {
        Object.assign(session, { secret: () => 1 })
        return json({ stored: true })
      },
    })
    const { browser, errors } = await start({ url: undefined, routes })
    const answer = await browser().get('/function')
    deepEqual([answer.status, answer.json()['code']], [500, 'UNSUPPORTED_VALUE'])
    ok(!answer.body.includes('stored'))
    deepEqual(
      errors.map((error) => RedstartError.is(error) && error.code),
      ['UNSUPPORTED_VALUE'],
    )
  }),
]

export const lazyTests: readonly SessionAdapterTest[] = [
  sessionTest('nothing is loaded or said before a handler asks for it', async ({ start }) => {
    const routes = routesOf({
      'GET /count': async (turn) => {
        const session = await turn.load()
        session.views = (session.views ?? 0) + 1
        return json({ views: session.views })
      },
    })
    const { browser } = await start({ url: undefined, options: { load: 'lazy' }, routes })
    const visitor = browser()
    const plain = await visitor.get('/plain')
    deepEqual([plain.status, plain.cookies, plain.headers['vary']], [200, [], undefined])
    deepEqual((await visitor.get('/count')).json(), { views: 1 })
    const second = await visitor.get('/count')
    deepEqual([second.json(), second.headers['vary'], second.cookies], [{ views: 2 }, 'Cookie', []])
  }),
]

export const optionTests: readonly SessionAdapterTest[] = (
  [
    { secret: 'x' },
    { resave: false },
    { load: 'lasy' },
    { cookie: { maxAge: 1000 } },
    { cookie: { httpOnly: false } },
    { cookie: { sameSite: 'loose' } },
    { cookie: { secure: 'always' } },
    { cookie: null },
    { cookie: { name: '__Host-sid', domain: 'example.com' } },
    { cookie: { name: '__Host-sid', secure: false } },
    { cookie: { name: 'two words' } },
    { cookie: { sameSite: 'none', secure: false } },
    { cookie: { domain: 'exam ple' } },
    { cookie: { path: '/;' } },
  ] as const
).map((wrong) =>
  sessionTest(`that are no options are refused: ${JSON.stringify(wrong)}`, async ({ start }) => {
    // What callers without types may pass.
    const options = wrong as object as Omit<SessionAppOptions, 'onError'>
    await rejects(start({ url: undefined, options }), (error) => {
      ok(RedstartError.is(error))
      equal(error.code, 'INVALID_ARGUMENT')
      return true
    })
  }),
)
