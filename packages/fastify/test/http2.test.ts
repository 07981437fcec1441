import { once } from 'node:events'
import { connect, constants, type IncomingHttpHeaders } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { runPolicies, session } from '../src/index.ts'
import { createRedstart } from '@redstart/core'
import { FASTIFIES, type FastifyFactory, loadFastify } from './fastify-app.ts'
import { atOnce, late, recorder, settling } from './policies.ts'

const { HTTP2_HEADER_METHOD, HTTP2_HEADER_PATH, HTTP2_HEADER_STATUS } = constants

const BODY = Buffer.alloc(1024 * 1024, 'Redstart, ')

/** Every way to answer that Fastify has. */
const HANDLERS: Readonly<Record<string, (reply: FastifyReply) => unknown>> = {
  'an object': () => ({ a: 1 }),
  nothing: (reply) => reply.code(204).send(),
  'a redirect': (reply) => reply.redirect('/there'),
  'much at once': (reply) => reply.send(BODY),
  'a stream': (reply) => reply.type('text/plain').send(Readable.from(pieces())),
  cookies: (reply) => reply.header('set-cookie', 'a=1').header('set-cookie', 'b=2').send('x'),
  'a thrown error': () => {
    throw new Error('wrong')
  },
  'a hijacked reply': (reply) => {
    reply.hijack()
    reply.raw.writeHead(202, { 'x-a': '1' })
    reply.raw.write('one')
    reply.raw.end('two')
  },
}

function* pieces(): Generator<Buffer> {
  for (let from = 0; from < BODY.length; from += 50_000) yield BODY.subarray(from, from + 50_000)
}

const warnings: unknown[] = []
process.on('warning', (warning) => warnings.push(warning))
afterEach(() => void vi.restoreAllMocks())

interface Answer {
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

async function askAll(app: FastifyInstance, requests: readonly IncomingHttpHeaders[]): Promise<Answer[]> {
  await app.listen({ port: 0, host: '127.0.0.1' })
  // A server that listens on TCP has an address of this kind.
  const { port } = app.server.address() as AddressInfo
  const client = connect(`http://127.0.0.1:${port}`)
  try {
    const answers: Answer[] = []
    for (const headers of requests) answers.push(await ask(client.request(headers)))
    return answers
  } finally {
    client.destroy()
    await app.close()
  }
}

async function ask(stream: ReturnType<ReturnType<typeof connect>['request']>): Promise<Answer> {
  stream.setTimeout(10_000, () => stream.destroy(new Error('The server went silent')))
  stream.end()
  // The type of what 'once' gives is not known to the compiler.
  const [headers] = (await once(stream, 'response')) as [IncomingHttpHeaders]
  return { headers, body: (await buffer(stream)).toString() }
}

/** Made as TypeScript knows no other. */
function http2App(fastify: FastifyFactory): FastifyInstance {
  return fastify({ http2: true } as object)
}

for (const name of FASTIFIES) {
  const fastify = loadFastify(name)

  describe(`${name}: over HTTP/2`, () => {
    it.each(Object.keys(HANDLERS))('%s arrives as it does without policies', async (how) => {
      const { log, capture } = recorder()
      const seen: Record<string, unknown> = {}
      const captures = settling(() => ({ type: 'capture', capture }))
      for (const [way, uses] of Object.entries({ plain: [], late: [captures, late], atOnce: [atOnce] })) {
        const app = http2App(fastify)
        await app.register(runPolicies, { uses })
        app.get('/', (_request, reply) => HANDLERS[how]?.(reply))
        const get = { [HTTP2_HEADER_PATH]: '/' }
        const answers = await askAll(app, [get, { ...get, [HTTP2_HEADER_METHOD]: 'HEAD' }])
        seen[way] = answers.map(({ headers: { date: _date, 'x-settled': settled, ...headers }, body }) => {
          expect(settled).toBe(way === 'plain' ? undefined : 'yes')
          return { headers, body }
        })
        if (way === 'late') expect(log.join('')).toBe(`${answers[0]?.body}finishfinish`)
      }
      expect(seen['late']).toEqual(seen['plain'])
      expect(seen['atOnce']).toEqual(seen['plain'])
    })

    it('another answer takes the place of the handler', async () => {
      const app = http2App(fastify)
      const replaces = settling(async () => ({ type: 'replace', reply: { status: 503, headers: [], body: 'later' } }))
      await app.register(runPolicies, { uses: [replaces] })
      app.get('/', (_request, reply) => reply.header('x-handler', 'yes').send(Readable.from(pieces())))
      const [answer] = await askAll(app, [{ [HTTP2_HEADER_PATH]: '/' }])
      expect(answer?.body).toBe('later')
      expect(answer?.headers).toMatchObject({ [HTTP2_HEADER_STATUS]: 503, 'content-length': '5' })
      expect(answer?.headers['x-handler']).toBeUndefined()
    })

    it('a handler is told that its head has left, while it is held and afterwards', async () => {
      const app = http2App(fastify)
      await app.register(runPolicies, { uses: [late] })
      const told: unknown[] = []
      app.get('/', (_request, reply) => {
        reply.hijack()
        const { raw } = reply
        told.push([raw.headersSent, raw.writableEnded])
        raw.write('one', () => {
          told.push([raw.headersSent, raw.writableEnded])
          raw.end('two')
          told.push([raw.headersSent, raw.writableEnded])
        })
        told.push([raw.headersSent, raw.writableEnded])
        expect(() => raw.setHeader('x-late', '1')).toThrow('Cannot set headers after they are sent')
      })
      const [answer] = await askAll(app, [{ [HTTP2_HEADER_PATH]: '/' }])
      expect(answer?.body).toBe('onetwo')
      expect(answer?.headers['x-settled']).toBe('yes')
      expect(told).toEqual([
        [false, false],
        [true, false],
        [true, false],
        [true, true],
      ])
    })

    it('a session is stored before the answer leaves', async () => {
      const redstart = createRedstart()
      const app = http2App(fastify)
      await app.register(session, { redstart })
      app.get('/login', async (request, reply) => {
        await request.session.login('ada')
        return reply.redirect('/')
      })
      app.get('/', async (request) => ({ userId: request.session.userId, host: request.host }))
      await app.listen({ port: 0, host: '127.0.0.1' })
      // As above.
      const { port } = app.server.address() as AddressInfo
      const client = connect(`http://127.0.0.1:${port}`)
      const login = await ask(client.request({ [HTTP2_HEADER_PATH]: '/login' }))
      expect(login.headers[HTTP2_HEADER_STATUS]).toBe(302)
      const [cookie = ''] = login.headers['set-cookie'] ?? []
      const who = await ask(client.request({ [HTTP2_HEADER_PATH]: '/', cookie: cookie.split(';', 1)[0] }))
      expect(JSON.parse(who.body)).toEqual({ userId: 'ada', host: `127.0.0.1:${port}` })
      client.destroy()
      await app.close()
      await redstart.close()
    })
  })
}

it('nothing of that makes Node.js warn', () => {
  expect(warnings).toEqual([])
})
