import { Readable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import type { HttpPolicy } from '@redstart/core/http'
import { RedstartError } from '@redstart/core'
import type { Context, Middleware } from 'koa'
import { describe, expect, it } from 'vitest'
import { usePolicy } from '../src/index.ts'
import { ask } from './ask.ts'
import { ENDS, loadKoa } from './koa-versions.ts'
import { appOf, late, settling, withApp } from './settled-app.ts'

/** Gives headers before the handler has its turn. */
const early: HttpPolicy<undefined> = {
  name: 'early',
  decide: (exchange) => {
    exchange.setHeader('ratelimit', 'r=9')
    exchange.appendHeader('set-cookie', 'early=1')
    return { type: 'next', state: undefined }
  },
}

const throws: Middleware = (ctx) => {
  ctx.set('x-handler', 'yes')
  ctx.cookies.set('handler', '1')
  ctx.throw(422, 'wrong', { headers: { 'x-why': 'that' } })
}

for (const name of ENDS) {
  const koa = loadKoa(name)

  describe(`${name}: an error before the head`, () => {
    it.each([
      ['settled', [usePolicy(early), late]],
      ['where nothing settles', [usePolicy(early)]],
    ])('is answered by Koa with what policies gave, and nothing of the handler: %s', async (_how, uses) => {
      await withApp(appOf({ koa, uses, handler: throws }), async (port) => {
        const { status, headers, body } = await ask(port)
        expect([status, body, headers['x-why']]).toEqual([422, 'wrong', 'that'])
        expect([headers['ratelimit'], headers['set-cookie'], headers['x-handler']]).toEqual([
          'r=9',
          ['early=1'],
          undefined,
        ])
        expect(headers['x-settled']).toBe(uses.length === 2 ? 'yes' : undefined)
      })
    })

    it('may be answered by middleware in front, which passes the policies as well', async () => {
      const answers: Middleware = async (ctx, next) => {
        try {
          await next()
        } catch (error) {
          ctx.status = 555
          ctx.body = { told: String(error) }
        }
      }
      const app = appOf({ koa, uses: [usePolicy(early), late], before: [answers], handler: throws })
      await withApp(app, async (port) => {
        const { status, headers, body } = await ask(port)
        expect([status, body]).toEqual([555, '{"told":"UnprocessableEntityError: wrong"}'])
        expect([headers['ratelimit'], headers['x-settled']]).toEqual(['r=9', 'yes'])
        expect(headers['set-cookie']).toEqual(['early=1', 'handler=1; path=/; httponly'])
      })
    })

    it('may be answered by an onerror of the application, once', async () => {
      const app = appOf({ koa, uses: [usePolicy(early), late], handler: throws })
      Object.assign(app.context, {
        onerror(this: Context, error: Error | null | undefined) {
          if (error === null || error === undefined) return
          this.res.statusCode = 544
          this.res.end(`own: ${error.message}`)
        },
      })
      await withApp(app, async (port) => {
        const { status, headers, body } = await ask(port)
        expect([status, body, headers['x-settled']]).toEqual([544, 'own: wrong', 'yes'])
        expect(headers['set-cookie']).toEqual(['early=1', 'handler=1; path=/; httponly'])
      })
    })

    it('of a policy goes to Koa, and those in front of it settle', async () => {
      const told: unknown[] = []
      for (const decide of [
        () => Promise.reject(new RedstartError('STORE_UNAVAILABLE', 'no store')),
        () => {
          throw new RedstartError('STORE_UNAVAILABLE', 'no store')
        },
      ]) {
        const failing = usePolicy<undefined, Context>({ name: 'failing', decide })
        const app = appOf({ koa, uses: [late, failing], handler: () => expect.unreachable() })
        app.on('error', (error) => told.push(error))
        await withApp(app, async (port) => {
          const { status, headers, body } = await ask(port)
          expect([status, body, headers['x-settled']]).toEqual([503, 'Service Unavailable', 'yes'])
        })
      }
      expect(told).toMatchObject([{ code: 'STORE_UNAVAILABLE' }, { code: 'STORE_UNAVAILABLE' }])
    })
  })

  describe(`${name}: an error after the head`, () => {
    const handlers: Readonly<Record<string, Middleware>> = {
      'thrown after a write': (ctx) => {
        ctx.res.statusCode = 200
        ctx.res.write('begun')
        throw new Error('late')
      },
      'thrown after a write, when it has left': async (ctx) => {
        ctx.res.statusCode = 200
        await new Promise<void>((resolve) => void ctx.res.write('begun', () => resolve()))
        throw new Error('late')
      },
      'thrown with ctx.respond = false': async (ctx) => {
        ctx.respond = false
        ctx.res.writeHead(200, { 'content-type': 'text/event-stream' })
        await setTimeout(20)
        throw new Error('late')
      },
      'of a stream': (ctx) => {
        const body = async function* (): AsyncGenerator<string> {
          yield 'begun'
          await setTimeout(20)
          throw new Error('late')
        }
        ctx.body = Readable.from(body(), { objectMode: false })
      },
    }

    it.each(Object.keys(handlers))('breaks the answer off, and is told to the application: %s', async (how) => {
      for (const uses of [[late], []]) {
        const told: string[] = []
        const app = appOf({ koa, uses, handler: async (ctx, next) => void (await handlers[how]?.(ctx, next)) })
        app.on('error', (error: Error) => told.push(error.message))
        await withApp(app, async (port) => {
          await expect(ask(port)).rejects.toThrow(/aborted|socket hang up/)
          // Koa 3.3 tells it twice where a stream failed.
          expect([...new Set(told)]).toEqual(['late'])
        })
      }
    })

    it('leaves an answer alone that was complete', async () => {
      const app = appOf({
        koa,
        uses: [late],
        handler: (ctx) => {
          ctx.res.statusCode = 200
          ctx.res.end('whole')
          throw new Error('too late')
        },
      })
      await withApp(app, async (port) => {
        expect(await ask(port)).toMatchObject({ status: 200, body: 'whole' })
      })
    })
  })

  describe(`${name}: an error of a policy after the handler`, () => {
    const failing = (error: unknown): ReturnType<typeof settling> =>
      settling(async () => {
        throw error
      })

    it('is a 500 and an error event of the application, with the context', async () => {
      const told: unknown[] = []
      const app = appOf({ koa, uses: [failing(new Error('no')), failing('text')], handler: (ctx) => (ctx.body = 'x') })
      app.on('error', (error: Error, ctx: Context) => told.push([error.message, error.cause, ctx.path]))
      await withApp(app, async (port) => {
        const { status, headers, body } = await ask(port, '/a')
        expect([status, headers['content-type']]).toEqual([500, 'application/problem+json'])
        expect(body).not.toContain('no')
      })
      expect(told).toEqual([
        ['A policy failed', 'text', '/a'],
        ['no', undefined, '/a'],
      ])
    })

    it('is told to onError instead, where there is one', async () => {
      const told: unknown[] = []
      const app = appOf({
        koa,
        uses: [failing('text')],
        options: { onError: (error, { path }) => told.push([error, path]) },
        handler: (ctx) => (ctx.body = 'x'),
      })
      app.on('error', () => expect.unreachable())
      await withApp(app, async (port) => void (await ask(port, '/b')))
      expect(told).toEqual([['text', '/b']])
    })
  })
}
