import { deepEqual, ok } from 'node:assert/strict'
import { RedstartError } from '@redstart/core'
import { json, routesOf } from './account-routes.ts'
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
