import type { HttpPolicy, Reply } from '@redstart/core/http'
import type { Context, Middleware } from 'koa'
import { ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { runPolicies, usePolicy } from '../src/index.ts'
import { ask } from './ask.ts'
import { ENDS, loadKoa } from './koa-versions.ts'
import { appOf, late, withApp } from './settled-app.ts'

function replying(reply: Reply): HttpPolicy<undefined> {
  return { name: 'replying', decide: () => ({ type: 'reply', reply }) }
}

const never: Middleware = () => expect.unreachable()

for (const name of ENDS) {
  const koa = loadKoa(name)

  describe(`${name}: a reply of a policy`, () => {
    it.each([
      ['text', { status: 429, headers: [['content-type', 'text/x']], body: 'grüße' }, '7', 'text/x', 'grüße'],
      ['bytes', { status: 200, headers: [], body: new Uint8Array([104, 105]) }, '2', undefined, 'hi'],
      ['text of no type', { status: 200, headers: [], body: '<p>' }, '3', undefined, '<p>'],
      ['nothing', { status: 503, headers: [['retry-after', '1']], body: undefined }, '0', undefined, ''],
      ['no content', { status: 204, headers: [], body: undefined }, undefined, undefined, ''],
      ['nothing new', { status: 304, headers: [['etag', '"1"']], body: undefined }, undefined, undefined, ''],
    ] as const)('leaves as it is: %s', async (_what, reply, length, type, body) => {
      for (const uses of [[usePolicy(replying(reply))], [late, usePolicy(replying(reply))]]) {
        await withApp(appOf({ koa, uses, handler: never }), async (port) => {
          const answer = await ask(port)
          expect([answer.status, answer.body, answer.headers['content-type']]).toEqual([reply.status, body, type])
          expect(answer.headers['content-length']).toBe(length)
          for (const [header, value] of reply.headers) expect(answer.headers[header]).toBe(value)
          expect(answer.headers['x-settled']).toBe(uses.length === 2 ? 'yes' : undefined)
        })
      }
    })

    it('is seen by middleware in front, which may add to it', async () => {
      const seen: unknown[] = []
      const watches: Middleware = async (ctx, next) => {
        await next()
        seen.push([ctx.status, ctx.body, ctx.response.length])
        ctx.set('x-response-time', '1')
      }
      const reply = replying({ status: 403, headers: [['content-type', 'text/plain']], body: 'no' })
      const app = appOf({ koa, uses: [late, usePolicy(reply)], before: [watches], handler: never })
      await withApp(app, async (port) => {
        expect(await ask(port)).toMatchObject({ status: 403, body: 'no', headers: { 'x-response-time': '1' } })
      })
      expect(seen).toEqual([[403, 'no', 2]])
    })

    it('leaves where middleware in front has taken the response over', async () => {
      const takes: Middleware = async (ctx, next) => {
        ctx.respond = false
        await next()
      }
      for (const body of ['no', undefined]) {
        const uses = [late, usePolicy(replying({ status: 403, headers: [], body }))]
        await withApp(appOf({ koa, uses, before: [takes], handler: never }), async (port) => {
          expect(await ask(port)).toMatchObject({ status: 403, body: body ?? '', headers: { 'x-settled': 'yes' } })
        })
      }
    })
  })

  describe(`${name}: policies`, () => {
    const logging = (of: string, log: string[]): HttpPolicy<string> => ({
      name: of,
      decide: () => {
        log.push(`${of} decides`)
        return { type: 'next', state: of }
      },
      settle: async (_exchange, state, { status }) => {
        log.push(`${state} settles ${status}`)
        return undefined
      },
    })

    it('stand around everything, what middleware in front does after the handler included', async () => {
      const log: string[] = []
      const last: Middleware = async (ctx, next) => {
        await next()
        log.push('middleware in front')
        ctx.status = 202
      }
      const app = appOf({
        koa,
        uses: ['a', 'b'].map((of) => usePolicy(logging(of, log))),
        before: [last],
        handler: async (ctx, next) => {
          await next()
          ctx.body = 'handled'
        },
      })
      app.use(runPolicies([usePolicy(logging('c', log))]))
      await withApp(app, async (port) => {
        expect(await ask(port)).toMatchObject({ status: 202, body: 'handled' })
      })
      const decided = ['a decides', 'b decides', 'c decides', 'middleware in front']
      expect(log).toEqual([...decided, 'c settles 202', 'b settles 202', 'a settles 202'])
    })

    it('leave the response as it is where none settles', async () => {
      const uses = [usePolicy<undefined, Context>({ name: 'x', decide: () => ({ type: 'next', state: undefined }) })]
      const app = appOf({
        koa,
        uses,
        handler: (ctx) => {
          expect(ctx.res.write).toBe(ServerResponse.prototype.write)
          expect(ctx.res.end).toBe(ServerResponse.prototype.end)
          ctx.body = 'untouched'
        },
      })
      await withApp(app, async (port) => expect((await ask(port)).body).toBe('untouched'))
    })
  })
}
