import { once } from 'node:events'
import { connect, constants, createServer, type IncomingHttpHeaders, type ServerHttp2Session } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { createRedstart } from '@redstart/core'
import type Koa from 'koa'
import type { Context } from 'koa'
import { describe, expect, it, onTestFinished } from 'vitest'
import { runPolicies, session } from '../src/index.ts'
import { ENDS, loadKoa } from './koa-versions.ts'
import { late, settling } from './settled-app.ts'

const { HTTP2_HEADER_METHOD, HTTP2_HEADER_PATH, HTTP2_HEADER_STATUS } = constants

const TEXT = 'Redstart, '.repeat(50_000)

const HANDLERS: Readonly<Record<string, (ctx: Context) => unknown>> = {
  'an object': (ctx) => (ctx.body = { a: 1 }),
  nothing: (ctx) => (ctx.status = 204),
  'a redirect': (ctx) => ctx.redirect('/there'),
  'much at once': (ctx) => (ctx.body = TEXT),
  'a stream': (ctx) => (ctx.body = Readable.from(pieces(), { objectMode: false })),
  cookies: (ctx) => {
    ctx.cookies.set('a', '1')
    ctx.cookies.set('b', '2')
    ctx.body = 'x'
  },
  'a thrown error': (ctx) => ctx.throw(422, 'wrong'),
  'the response itself': (ctx) => {
    ctx.respond = false
    ctx.res.writeHead(202, { 'x-a': '1' })
    ctx.res.write('one')
    ctx.res.end('two')
  },
}

function* pieces(): Generator<string> {
  for (let from = 0; from < TEXT.length; from += 50_000) yield TEXT.slice(from, from + 50_000)
}

interface Answer {
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** Asks one application for one thing after another; ends with the test. */
async function asking(app: Koa): Promise<(headers: IncomingHttpHeaders) => Promise<Answer>> {
  const handle = app.callback()
  const server = createServer((request, response) => void handle(request, response))
  const sessions: ServerHttp2Session[] = []
  server.on('session', (one) => sessions.push(one))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A server that listens on TCP has an address of this kind.
  const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  onTestFinished(() => {
    client.destroy()
    for (const one of sessions) one.destroy()
    server.close()
  })
  return async (asked) => {
    const stream = client.request(asked)
    stream.setTimeout(15_000, () => stream.destroy(new Error('The server went silent')))
    stream.end()
    // The type of what 'once' gives is not known to the compiler.
    const [headers] = (await once(stream, 'response')) as [IncomingHttpHeaders]
    return { headers, body: await text(stream) }
  }
}

const atOnce = settling((exchange) => {
  exchange.setHeader('x-settled', 'yes')
  return undefined
})

for (const name of ENDS) {
  const koa = loadKoa(name)
  const appOf = (uses: readonly ReturnType<typeof settling>[], handler: (ctx: Context) => unknown): Koa => {
    const app = new koa()
    app.silent = true
    app.use(runPolicies(uses))
    app.use(async (ctx) => void (await handler(ctx)))
    return app
  }

  describe(`${name}: over HTTP/2`, () => {
    it.each(Object.keys(HANDLERS))('%s arrives as it does without policies', async (how) => {
      const seen: Record<string, unknown> = {}
      for (const [way, uses] of Object.entries({ plain: [], late: [late], atOnce: [atOnce] })) {
        const ask = await asking(appOf(uses, (ctx) => HANDLERS[how]?.(ctx)))
        const answers: unknown[] = []
        // To a HEAD over HTTP/2 Koa itself never answers an error.
        for (const method of how === 'a thrown error' ? ['GET'] : ['GET', 'HEAD']) {
          const { headers, body } = await ask({ [HTTP2_HEADER_PATH]: '/', [HTTP2_HEADER_METHOD]: method })
          const { date: _date, 'x-settled': settled, ...others } = headers
          expect(settled).toBe(way === 'plain' ? undefined : 'yes')
          answers.push({ headers: others, body })
        }
        seen[way] = answers
      }
      expect(seen['late']).toEqual(seen['plain'])
      expect(seen['atOnce']).toEqual(seen['plain'])
    })

    it('an error after the first byte breaks the stream off', async () => {
      const ask = await asking(
        appOf([late], (ctx) => {
          ctx.res.statusCode = 200
          ctx.res.write('begun')
          throw new Error('late')
        }),
      )
      await expect(ask({ [HTTP2_HEADER_PATH]: '/' })).rejects.toThrow()
    })

    it('a session is stored before the answer leaves', async () => {
      const redstart = createRedstart()
      onTestFinished(async () => await redstart.close())
      const app = new koa()
      app.use(session(redstart)).use(async (ctx) => {
        if (ctx.path === '/login') await ctx.session.login('ada')
        ctx.body = { userId: ctx.session.userId }
      })
      const ask = await asking(app)
      const login = await ask({ [HTTP2_HEADER_PATH]: '/login' })
      expect(login.headers[HTTP2_HEADER_STATUS]).toBe(200)
      const [cookie = ''] = login.headers['set-cookie'] ?? []
      const who = await ask({ [HTTP2_HEADER_PATH]: '/', cookie: cookie.split(';', 1)[0] })
      expect(who.body).toBe('{"userId":"ada"}')
    })
  })
}
