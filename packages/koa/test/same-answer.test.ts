import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import type { Context, Middleware } from 'koa'
import { describe, expect, it } from 'vitest'
import { runPolicies } from '../src/index.ts'
import { type Answer, ask } from './ask.ts'
import { BETWEEN, ENDS, type KoaName, loadKoa } from './koa-versions.ts'
import { late, settling, withApp } from './settled-app.ts'

/** Every way to answer that Koa has; a held answer must be the same. */
const HANDLERS: Readonly<Record<string, (ctx: Context) => unknown>> = {
  text: (ctx) => (ctx.body = 'grüße'),
  html: (ctx) => (ctx.body = '<p>hello'),
  bytes: (ctx) => (ctx.body = Buffer.from('bytes')),
  json: (ctx) => (ctx.body = { a: 'grüße' }),
  'an empty text': (ctx) => (ctx.body = ''),
  null: (ctx) => (ctx.body = null),
  'null as JSON': (ctx) => {
    ctx.type = 'json'
    ctx.body = null
  },
  'a status alone': (ctx) => (ctx.status = 418),
  'a status and a message': (ctx) => {
    ctx.status = 200
    ctx.message = 'Quite Fine'
  },
  nothing: () => undefined,
  '204 with a body': (ctx) => {
    ctx.body = 'no'
    ctx.status = 204
  },
  'a stream': (ctx) => (ctx.body = Readable.from(['one', 'two'], { objectMode: false })),
  'a file': (ctx) => {
    ctx.type = 'text/plain'
    ctx.body = createReadStream(import.meta.filename)
  },
  'a stream of a known length': (ctx) => {
    ctx.length = 6
    ctx.body = Readable.from(['one', 'two'], { objectMode: false })
  },
  'another body in its place': (ctx) => {
    ctx.body = Readable.from(['one'], { objectMode: false })
    ctx.body = 'two'
  },
  'a redirect': (ctx) => ctx.redirect('/there?a=1'),
  'a redirect for a browser': (ctx) => {
    ctx.status = 303
    ctx.redirect('/there')
  },
  'an attachment': (ctx) => {
    ctx.attachment('tea and milk.txt')
    ctx.body = 'x'
  },
  'cookies, etag, vary': (ctx) => {
    ctx.cookies.set('a', 'b')
    ctx.cookies.set('c', 'd')
    ctx.etag = 'x'
    ctx.vary('Accept')
    ctx.append('Link', '<a>')
    ctx.body = 'x'
  },
  'the response itself, ended': (ctx) => {
    ctx.res.writeHead(201, { 'x-a': '1' }).end('made')
  },
  'the response itself, later': (ctx) => {
    ctx.respond = false
    ctx.res.statusCode = 200
    ctx.res.write('one')
    setTimeout(() => ctx.res.end('two'), 20)
  },
  'the head at once': async (ctx) => {
    ctx.type = 'text/plain'
    ctx.status = 200
    ctx.flushHeaders()
    ctx.body = 'later'
  },
  'a throw': () => {
    throw new Error('wrong')
  },
  'a throw that tells': (ctx) => ctx.throw(422, 'this is why', { headers: { 'x-why': 'that' } }),
  'a throw after what was set': (ctx) => {
    ctx.set('x-gone', '1')
    ctx.body = 'gone'
    ctx.throw(409)
  },
  'what is no error': () => {
    throw 'text'
  },
  'a file that is not there': () => {
    throw Object.assign(new Error('none'), { code: 'ENOENT' })
  },
}

/** Koa 3 alone knows them; and Koa 2 ends the connection for want of a length, which a hold says. */
const NEWER: typeof HANDLERS = {
  'null with a status': (ctx) => {
    ctx.body = null
    ctx.status = 200
  },
  'a Blob': (ctx) => (ctx.body = new Blob(['blob'], { type: 'text/x' })),
  'a web stream': (ctx) => (ctx.body = new Blob(['stream']).stream()),
  'a Response': (ctx) => (ctx.body = new Response('response', { status: 202, headers: { 'x-a': '1' } })),
}

const atOnce = settling((exchange) => {
  exchange.setHeader('x-settled', 'yes')
  return undefined
})

for (const name of [...ENDS, ...BETWEEN]) describeSameAnswers(name)

function describeSameAnswers(name: KoaName): void {
  const koa = loadKoa(name)
  const handlers = name.startsWith('koa-2') ? HANDLERS : { ...HANDLERS, ...NEWER }

  describe(`${name}: an answer that was held is the one that was not`, () => {
    it.each(Object.keys(handlers))('%s', async (how) => {
      const answers = async (policies: readonly Middleware<object, object>[]): Promise<readonly Answer[]> => {
        const app = new koa()
        app.silent = true
        for (const one of policies) app.use(one)
        app.use(async (ctx) => void (await handlers[how]?.(ctx)))
        const all: Answer[] = []
        await withApp(app, async (port) => {
          for (const method of ['GET', 'HEAD']) all.push(await ask(port, '/', { method }))
        })
        return all
      }
      const plain = await answers([])
      for (const policies of [
        [runPolicies([late])],
        [runPolicies([atOnce])],
        [runPolicies([late]), runPolicies([late])],
      ]) {
        const held = await answers(policies)
        expect(held.map(({ headers }) => headers['x-settled'])).toEqual(['yes', 'yes'])
        expect(held.map(withoutOurs)).toEqual(plain.map(withoutOurs))
      }
    })
  })
}

function withoutOurs({ headers, ...answer }: Answer): unknown {
  const { date: _date, 'x-settled': _settled, ...theirs } = headers
  return { ...answer, headers: theirs }
}
