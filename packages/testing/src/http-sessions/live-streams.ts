import { Buffer } from 'node:buffer'
import { deepEqual, equal } from 'node:assert/strict'
import { RedstartError } from '@redstart/core'
import { eventually } from '../http/client.ts'
import { routesOf } from './account-routes.ts'
import { arriving } from './arriving.ts'
import { Gate } from './gate.ts'
import { type SessionAdapterTest, sessionTest } from './session-test.ts'
import { noteOf, slowApp } from './slow-app.ts'

export const liveStreamTests: readonly SessionAdapterTest[] = [
  sessionTest('events arrive as they come, and what is changed on the way is stored at the end', async (parts) => {
    const last = new Gate()
    const routes = routesOf({
      'GET /events': ({ session }) => {
        session.note = 'at the start'
        const events = async function* (): AsyncGenerator<Uint8Array> {
          yield Buffer.from('data: first\n\n')
          await last.opened
          session.note = 'at the end'
          yield Buffer.from('data: last\n\n')
        }
        return { kind: 'stream', type: 'text/event-stream', body: events() }
      },
    })
    const { browser } = await slowApp(parts, routes)
    const visitor = browser()
    await visitor.get('/views')
    const { has, endsAs } = arriving(await visitor.open('/events'))
    await has('data: first\n\n')
    equal(await noteOf(visitor), 'at the start')
    last.open()
    await endsAs('data: first\n\ndata: last\n\n')
    await eventually(async () => (await noteOf(visitor)) === 'at the end', 'what was changed at the end')
  }),

  sessionTest('a log-in after the first byte is an error, and nobody is signed in', async (parts) => {
    const late = new Gate()
    const errors: unknown[] = []
    const routes = routesOf({
      'GET /late': ({ session }) => {
        session.note = 'before'
        const body = async function* (): AsyncGenerator<Uint8Array> {
          yield Buffer.from('first ')
          await late.opened
          await session.login('ada').catch((error: unknown) => errors.push(error))
          yield Buffer.from('last')
        }
        return { kind: 'stream', type: 'text/event-stream', body: body() }
      },
    })
    const { browser, redstart } = await slowApp(parts, routes)
    const visitor = browser()
    const { has, endsAs } = arriving(await visitor.open('/late'))
    await has('first ')
    late.open()
    await endsAs('first last')
    deepEqual(
      errors.map((error) => RedstartError.is(error) && error.code),
      ['HEADERS_SENT'],
    )
    deepEqual(await redstart.sessions.user('ada').list(), [])
    deepEqual((await visitor.get('/who')).json(), {})
    equal(await noteOf(visitor), 'before')
  }),
]
