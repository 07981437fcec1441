import type { HttpExchange } from '@redstart/core/http'
import { type Context, Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { type PolicyUse, runPolicies, type RunOptions, usePolicy } from '../src/index.ts'
import { listen } from './node-adapter.ts'

type Decide = (exchange: HttpExchange) => unknown

/** A policy that does this, and lets every handler have its turn. */
function doing(decide: Decide): PolicyUse<Context> {
  return usePolicy<undefined, Context>({
    name: 'doing',
    decide: async (exchange) => {
      await decide(exchange)
      return { type: 'next', state: undefined }
    },
  })
}

/** A request whose headers cannot be changed, as those that come at the edge. */
function fixed(request: Request): Request {
  for (const name of ['set', 'delete', 'append'] as const)
    Object.defineProperty(request.headers, name, {
      value: () => {
        throw new TypeError('immutable')
      },
    })
  return request
}

describe('headers of a request', () => {
  it.each(['to be changed', 'that cannot be changed'])('%s are changed for whoever comes behind', async (kind) => {
    const seen: unknown[] = []
    const app = new Hono().use(
      runPolicies([
        doing((exchange) => {
          seen.push(exchange.request)
          exchange.setRequestHeader('Range', undefined)
          exchange.setRequestHeader('If-None-Match', '"b"')
          exchange.setRequestHeader('If-None-Match', '"c"')
        }),
      ]),
      runPolicies([doing((exchange) => void seen.push(exchange.request, exchange.header('If-None-Match') ?? '-'))]),
    )
    app.post('/', async (c) =>
      c.json([c.req.header('range') ?? null, c.req.header('if-none-match'), await c.req.text()]),
    )
    const request = new Request('http://a/', { method: 'POST', body: 'body', headers: { range: 'bytes=0-1' } })
    const answer = await app.request(kind === 'to be changed' ? request : fixed(request))
    expect(await answer.json()).toEqual([null, '"c"', 'body'])
    expect(seen).toEqual([request, request, '"c"'])
  })

  it('are changed where the body was read before', async () => {
    const app = new Hono().use(
      async (c, next) => {
        await c.req.text()
        await next()
      },
      runPolicies([doing((exchange) => exchange.setRequestHeader('X-A', 'a'))]),
    )
    app.post('/', async (c) => c.text(`${c.req.header('x-a')} ${await c.req.text()}`))
    const request = new Request('http://a/', { method: 'POST', body: 'body' })
    expect(await (await app.request(fixed(request))).text()).toBe('a body')
  })
})

describe('a request that is answered once more', () => {
  it('is dispatched as it came, and waited for by the runtime', async () => {
    const own = new WeakSet()
    const asked: string[] = []
    const waits: unknown[] = []
    const options: RunOptions = {
      address: (c) => c.req.header('x-connected'),
      dispatch: (request, env, executionCtx) => app.fetch(request, env, executionCtx),
    }
    const app = new Hono<{ Bindings: { name: string } }>().use(
      runPolicies(
        [
          doing(async (exchange) => {
            if (own.has(exchange.request)) return
            exchange.setRequestHeader('X-A', undefined)
            exchange.setRequestHeader('X-B', 'b')
            await exchange.again?.((second) => void own.add(second))
          }),
        ],
        options,
      ),
    )
    app.post('/', async (c) => {
      asked.push([c.env.name, c.req.header('x-a'), c.req.header('x-b'), await c.req.text()].join())
      return c.text('x')
    })
    const request = new Request('http://a/?q', { method: 'POST', body: 'body', headers: { 'x-a': 'a' } })
    const executionCtx = {
      waitUntil: (work: unknown) => void waits.push(work),
      passThroughOnException: () => {},
      props: {},
    }
    const answer = await app.request(request, undefined, { name: 'env' }, executionCtx)
    expect(await answer.text()).toBe('x')
    expect(asked).toEqual(['env,a,,', 'env,,b,body'])
    expect(waits).toHaveLength(1)
  })

  it.each<[string, RunOptions['dispatch']]>([
    [
      'throws',
      () => {
        throw new Error('no')
      },
    ],
    ['rejects', async () => await Promise.reject(new Error('no'))],
    [
      'answers with what breaks',
      () => new Response(new ReadableStream({ pull: (controller) => controller.error(new Error('no')) })),
    ],
  ])('ends where the application %s', async (_, dispatch) => {
    let ended = false
    const asking = doing(async ({ again }) => {
      await again?.(() => {})
      ended = again !== undefined
    })
    const app = new Hono().use(runPolicies([asking], { ...(dispatch && { dispatch }) }))
    app.get('/', (c) => c.text('x'))
    expect(await (await app.request('/')).text()).toBe('x')
    expect(ended).toBe(true)
  })

  it('is not asked for where nobody was told how', async () => {
    const agains: unknown[] = []
    const app = new Hono().use(runPolicies([doing(({ again }) => void agains.push(again))]))
    app.get('/', (c) => c.text('x'))
    await app.request('/')
    expect(agains).toEqual([undefined])
  })

  it('is not the one by which an application that asks itself was asked', async () => {
    const own = new WeakSet()
    const handled: string[] = []
    const inner = new Hono().use(
      runPolicies([
        doing(async ({ again, request }) => {
          handled.push(again === undefined ? 'alone' : 'askable')
          if (!own.has(request)) await again?.((second) => void own.add(second))
        }),
      ]),
    )
    inner.get('/one', (c) => c.text('one')).get('/two', (c) => c.text('two'))
    const app = new Hono()
    app.get('/batch', async (c) => {
      const answers = await Promise.all(['/one', '/two'].map(async (path) => await inner.request(path, {}, c.env)))
      return c.json(await Promise.all(answers.map(async (one) => await one.text())))
    })
    app.mount('/inner', inner.fetch)
    const { port, close } = await listen(app)
    const base = `http://127.0.0.1:${port}`
    expect(await (await fetch(`${base}/batch`)).json()).toEqual(['one', 'two'])
    expect(handled.splice(0)).toEqual(['alone', 'alone'])
    expect(await (await fetch(`${base}/inner/one`)).text()).toBe('one')
    expect(handled).toEqual(['askable', 'askable'])
    await close()
  })
})
