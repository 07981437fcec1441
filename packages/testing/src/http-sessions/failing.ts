import { Buffer } from 'node:buffer'
import { deepEqual, equal, rejects } from 'node:assert/strict'
import type { HttpAnswer } from '../http/adapter.ts'
import { routesOf } from './account-routes.ts'
import type { SessionRoute } from './session-adapter.ts'
import { type SessionAdapterTest, sessionTest } from './session-test.ts'
import { noteOf, slowApp } from './slow-app.ts'

export const failingTests: readonly SessionAdapterTest[] = [
  sessionTest('stores nothing, and its answer is an error', async (parts) => {
    const { browser } = await slowApp(parts, failing)
    const visitor = browser()
    await visitor.post('/note?text=whole')
    const { status, body } = await visitor.get('/throw')
    deepEqual([status, body.includes('half done')], [500, false])
    equal(await noteOf(visitor), 'whole')
    // Nor does it begin a session.
    const other = browser()
    deepEqual([(await other.get('/throw')).cookies, other.jar.size], [[], 0])
  }),

  sessionTest('has signed somebody in where it came so far', async (parts) => {
    const { browser } = await slowApp(parts, failing)
    const visitor = browser()
    const { status, cookies } = await visitor.post('/login-and-throw')
    if (!parts.adapter.settlesErrors) return deepEqual([status, cookies], [500, []])
    deepEqual([status, cookies.length], [500, 1])
    deepEqual((await visitor.get('/who')).json(), { userId: 'ada' })
    // A log-in has taken with it what was there by then.
    equal(await noteOf(visitor), 'before it')
  }),

  sessionTest('late tears its answer, and the app goes on', async (parts) => {
    const { browser } = await slowApp(parts, failing)
    const visitor = browser()
    await visitor.get('/views')
    for (const path of ['/torn', '/breaks']) await rejects(visitor.get(path), path)
    deepEqual((await visitor.get('/views')).json(), { views: 2 })
  }),
]

const failing: readonly SessionRoute[] = routesOf({
  'GET /throw': ({ session }) => {
    session.note = 'half done'
    throw new Error('wrong')
  },
  'POST /login-and-throw': async ({ session }) => {
    session.note = 'before it'
    await session.login('ada')
    throw new Error('wrong, signed in')
  },
  'GET /torn': ({ session }): HttpAnswer => {
    session.note = 'torn'
    return { kind: 'torn', type: 'text/plain', first: Buffer.from('x'), error: new Error('wrong, late') }
  },
  'GET /breaks': ({ session }): HttpAnswer => {
    session.note = 'broken'
    return { kind: 'stream', type: 'text/plain', body: breaking() }
  },
})

async function* breaking(): AsyncGenerator<Uint8Array> {
  yield Buffer.alloc(64 * 1024, 'x')
  throw new Error('wrong, in a stream')
}
