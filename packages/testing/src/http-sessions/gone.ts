import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import { connect } from 'node:net'
import { eventually } from '../http/client.ts'
import { json, routesOf } from './account-routes.ts'
import type { Browser } from './browser.ts'
import { Gate } from './gate.ts'
import type { KeptSession } from './session-adapter.ts'
import { type SessionAdapterTest, sessionTest } from './session-test.ts'
import { noteOf, slowApp } from './slow-app.ts'

export const goneTests: readonly SessionAdapterTest[] = [
  sessionTest('before its answer: what the handler does is stored all the same', async (parts) => {
    const [begun, gone] = [new Gate(), new Gate()]
    const routes = routesOf({
      'GET /long': async ({ session }) => {
        begun.open()
        await gone.opened
        session.note = 'all the same'
        return json({})
      },
    })
    const { browser, port } = await slowApp(parts, routes)
    const visitor = browser()
    await visitor.get('/views')
    const leave = ask(port, '/long', visitor)
    await begun.opened
    await leave()
    gone.open()
    await eventually(async () => (await noteOf(visitor)) === 'all the same', 'what the handler stored')
  }),

  sessionTest('amid a stream, which ends: what was changed by then is stored', async (parts) => {
    const routes = routesOf({
      'GET /endless': ({ session }) => {
        session.note = 'begun'
        return { kind: 'stream', type: 'text/plain', body: endless(session) }
      },
    })
    const { browser, port } = await slowApp(parts, routes)
    const visitor = browser()
    await visitor.get('/views')
    const leave = ask(port, '/endless', visitor)
    await eventually(async () => (await noteOf(visitor)) === 'begun', 'what was stored before the head')
    await leave()
    await eventually(async () => (await noteOf(visitor)) === 'torn', 'what was stored after the end')
  }),
]

/** Asks on a connection of its own; resolves to how to break that off. */
function ask(port: number, path: string, { cookie }: Browser): () => Promise<void> {
  const socket = connect({ host: '127.0.0.1', port })
  socket.on('error', () => {}).resume()
  socket.write(`GET ${path} HTTP/1.1\r\nHost: app\r\nCookie: ${cookie}\r\n\r\n`)
  return async () => {
    const closed = once(socket, 'close')
    socket.destroy()
    await closed
  }
}

const PIECE = Buffer.alloc(64 * 1024, 'x')

async function* endless(session: KeptSession): AsyncGenerator<Uint8Array> {
  try {
    for (;;) yield PIECE
  } finally {
    session.note = 'torn'
  }
}
