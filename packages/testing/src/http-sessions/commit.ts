import { Buffer } from 'node:buffer'
import { deepEqual, equal } from 'node:assert/strict'
import { FILE } from '../http/routes.ts'
import { routesOf } from './account-routes.ts'
import { type SessionAdapterTest, sessionTest } from './session-test.ts'
import { noteOf, slowApp } from './slow-app.ts'

export const commitTests: readonly SessionAdapterTest[] = [
  sessionTest('a redirect that is followed at once sees the data', async (parts) => {
    const routes = routesOf({
      'POST /to-note': ({ session, query }) => {
        session.note = query.get('text') ?? ''
        return { kind: 'redirect', to: '/note' }
      },
    })
    const { browser } = await slowApp(parts, routes)
    const visitor = browser()
    for (let n = 0; n < 5; n++) {
      const { status, headers } = await visitor.post(`/to-note?text=${n}`)
      equal(status, 302)
      equal(await noteOf(visitor, headers['location']), String(n))
    }
  }),

  sessionTest('a stream of 5 MiB', async (parts) => {
    const routes = routesOf({
      'GET /stream': ({ session }) => {
        session.note = 'streamed'
        return { kind: 'stream', type: 'text/plain', body: pieces() }
      },
    })
    const { browser } = await slowApp(parts, routes)
    const visitor = browser()
    const { body, cookies } = await visitor.get('/stream')
    deepEqual([body.length, cookies.length], [5 * 1024 * 1024, 1])
    equal(await noteOf(visitor), 'streamed')
  }),

  sessionTest('a file, and HEAD', async (parts) => {
    const routes = routesOf({
      'GET /download': ({ session, method }) => {
        session.note = method
        return { kind: 'file', path: FILE }
      },
    })
    const { browser } = await slowApp(parts, routes)
    const lengths = new Set<string | undefined>()
    for (const method of ['GET', 'HEAD']) {
      const visitor = browser()
      const { status, cookies, body, headers } = await visitor.ask(method, '/download')
      deepEqual([status, cookies.length, body.length > 1000], [200, 1, method === 'GET'])
      equal(await noteOf(visitor), method)
      lengths.add(headers['content-length'])
    }
    equal(lengths.size, 1, [...lengths].join(' and '))
  }),

  sessionTest('answers without a body', async (parts) => {
    const routes = routesOf({
      'GET /empty': ({ session }) => {
        session.note = 'of nothing'
        return { kind: 'empty', status: 204 }
      },
    })
    const { browser } = await slowApp(parts, routes)
    const visitor = browser()
    const { status, cookies } = await visitor.get('/empty')
    deepEqual([status, cookies.length], [204, 1])
    equal(await noteOf(visitor), 'of nothing')
  }),
]

const PIECE = Buffer.alloc(64 * 1024, 'x')

async function* pieces(): AsyncGenerator<Uint8Array> {
  for (let n = 0; n < 80; n++) yield PIECE
}
