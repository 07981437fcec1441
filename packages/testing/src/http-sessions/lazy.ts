import { Buffer } from 'node:buffer'
import { deepEqual } from 'node:assert/strict'
import { RedstartError } from '@redstart/core'
import { eventually } from '../http/client.ts'
import { json, routesOf } from './account-routes.ts'
import { arriving } from './arriving.ts'
import { Gate } from './gate.ts'
import type { KeptSession, SessionTurn } from './session-adapter.ts'
import { type AppParts, type SessionAdapterTest, sessionTest } from './session-test.ts'

export const lazyTests: readonly SessionAdapterTest[] = [
  sessionTest('nothing is loaded or said before a handler asks for it', async ({ start }) => {
    const { browser } = await start(LAZY)
    const visitor = browser()
    const plain = await visitor.get('/plain')
    deepEqual([plain.status, plain.cookies, plain.headers['vary']], [200, [], undefined])
    deepEqual((await visitor.get('/count')).json(), { views: 1 })
    const second = await visitor.get('/count')
    deepEqual([second.json(), second.headers['vary'], second.cookies], [{ views: 2 }, 'Cookie', []])
  }),

  sessionTest('it may be loaded when the head has left: what is changed is stored at the end', async ({ start }) => {
    const late = new Gate()
    const errors: unknown[] = []
    const body = async function* (turn: SessionTurn): AsyncGenerator<Uint8Array> {
      yield Buffer.from('first ')
      await late.opened
      const session = await turn.load()
      countViews(session)
      await session.login('ada').catch((error: unknown) => errors.push(error))
      yield Buffer.from('last')
    }
    const streaming = routesOf({
      'GET /stream': (turn) => ({ kind: 'stream', type: 'text/event-stream', body: body(turn) }),
    })
    const { browser } = await start({ ...LAZY, routes: [...counting, ...streaming] })
    const visitor = browser()
    await visitor.get('/count')
    const response = await visitor.open('/stream')
    const { has, endsAs } = arriving(response)
    await has('first ')
    late.open()
    await endsAs('first last')
    deepEqual(response.headers['set-cookie'], undefined)
    deepEqual(
      errors.map((error) => RedstartError.is(error) && error.code),
      ['HEADERS_SENT'],
    )
    const views = async (): Promise<unknown> => (await visitor.get('/counted')).json()['views']
    await eventually(async () => (await views()) === 2, 'what was changed late')
  }),
]

const counting = routesOf({
  'GET /count': async (turn) => json({ views: countViews(await turn.load()) }),
  'GET /counted': async (turn) => json({ views: (await turn.load()).views }),
})

const LAZY: AppParts = { url: undefined, options: { load: 'lazy' }, routes: counting }

function countViews(session: KeptSession): number {
  session.views = (session.views ?? 0) + 1
  return session.views
}
