import { RedstartError } from '@redstart/core'
import type { HttpPolicy } from '@redstart/core/http'
import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { cors } from 'hono/cors'
import { HTTPException } from 'hono/http-exception'
import { describe, expect, it, vi } from 'vitest'
import { answerErrors, type PolicyUse, runPolicies, type RunOptions, usePolicy } from '../src/index.ts'

type Settle = NonNullable<HttpPolicy<undefined>['settle']>

function settling(settle: Settle): PolicyUse<Context> {
  return usePolicy<undefined, Context>({ name: 'settling', decide: () => ({ type: 'next', state: undefined }), settle })
}

function policies(uses: readonly PolicyUse<Context>[], options: RunOptions = {}): MiddlewareHandler {
  return runPolicies(uses, { onError: () => {}, ...options })
}

/** Settles after some turns of the loop, with a header and a cookie to see it by. */
const late = settling(async (exchange, _state, { status }) => {
  await new Promise((resolve) => setTimeout(resolve, 5))
  exchange.setHeader('x-settled', String(status))
  exchange.appendHeader('set-cookie', 'late=1')
  return undefined
})

const failing = (error: Error): PolicyUse<Context> =>
  usePolicy<undefined, Context>({
    name: 'failing',
    decide: async () => {
      throw error
    },
  })

describe('an answer of a handler', () => {
  it('may have headers that stay as they are', async () => {
    const app = new Hono().use(policies([late]))
    app.get('/fetched', async () => await fetch('data:text/plain,fetched'))
    app.get('/redirect', () => Response.redirect('http://app.example/there', 303))
    const fetched = await app.request('/fetched')
    expect([await fetched.text(), fetched.headers.get('x-settled')]).toEqual(['fetched', '200'])
    const redirect = await app.request('/redirect')
    expect([redirect.status, redirect.headers.get('location'), redirect.headers.get('x-settled')]).toEqual([
      303,
      'http://app.example/there',
      '303',
    ])
  })

  it('may be one for all requests, and has nothing of any of them', async () => {
    const shared = new Response(null, { status: 204 })
    const app = new Hono().use('/settled', policies([late])).all('*', () => shared)
    for (let n = 0; n < 2; n++) expect((await app.request('/settled')).headers.getSetCookie()).toEqual(['late=1'])
    expect([...(await app.request('/other')).headers]).toEqual([])
  })

  it('keeps several cookies, its text of the status, and headers of middleware', async () => {
    const app = new Hono().use(cors(), policies([late])).get('/', (c) => {
      c.header('set-cookie', 'a=1', { append: true })
      c.header('set-cookie', 'b=2', { append: true })
      return c.newResponse('made', { status: 299, statusText: 'Nearly' } as object)
    })
    const response = await app.request('/')
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2', 'late=1'])
    expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([299, '*'])
  })

  it('that is a text leaves as it is, with headers, and whoever waits for its end alone is told; a stream has one', async () => {
    const finish = vi.fn<() => void>()
    const waiting = settling((exchange) => {
      exchange.setHeader('x-settled', 'yes')
      return { type: 'capture', capture: { finish, abort: () => {} } }
    })
    const same: boolean[] = []
    const app = new Hono().use(async (c, next) => {
      await next()
      same.push(c.res === made)
    })
    let made: Response | undefined
    app.use(policies([waiting]))
    app.get('/text', (c) => (made = c.text('text')))
    app.get('/html', async (c) => (made = await c.html(Promise.resolve('text'))))
    app.get('/stream', (c) => (made = c.body(new Blob(['text']).stream())))
    for (const [n, path] of ['/text', '/html', '/stream'].entries()) {
      const response = await app.request(path)
      expect(finish).toHaveBeenCalledTimes(path === '/stream' ? n : n + 1)
      expect([await response.text(), response.headers.get('x-settled')]).toEqual(['text', 'yes'])
      expect(finish).toHaveBeenCalledTimes(n + 1)
    }
    expect(same).toEqual([true, true, false])
  })

  it('in whose place another leaves has what middleware in front had set, and nothing of the handler', async () => {
    const replacing = settling(() => ({
      type: 'replace',
      reply: { status: 503, headers: [['x-own', '1']], body: 'later' },
    }))
    const app = new Hono()
      .use(cors(), policies([replacing]))
      .get('/', (c) => c.text('handled', 200, { 'x-handler': '1' }))
    const { status, headers } = await app.request('/')
    expect([
      status,
      headers.get('access-control-allow-origin'),
      headers.get('x-own'),
      headers.get('x-handler'),
    ]).toEqual([503, '*', '1', null])
  })

  it('to HEAD has no body, and whoever would write it is told to stop', async () => {
    const cancelled = vi.fn()
    const app = new Hono()
      .use(policies([late]))
      .get('/', (c) => c.body(new ReadableStream({ pull: () => new Promise(() => {}), cancel: cancelled })))
    const response = await app.request('/', { method: 'HEAD' })
    expect([await response.text(), response.headers.get('x-settled')]).toEqual(['', '200'])
    expect(cancelled).toHaveBeenCalledOnce()
  })
})

describe('an error', () => {
  it('that a handler throws is answered by Hono, and that answer is settled', async () => {
    const onError = vi.fn()
    const app = new Hono().use(policies([late]))
    app.onError((error, c) => {
      onError(error)
      return c.text('mine', 418)
    })
    app.get('/throw', () => {
      throw new Error('wrong')
    })
    app.get('/exception', () => {
      throw new HTTPException(403)
    })
    for (const path of ['/throw', '/exception']) {
      const { status, headers } = await app.request(path)
      expect([status, headers.get('x-settled')]).toEqual([418, '418'])
    }
    expect(onError).toHaveBeenCalledTimes(2)
  })

  it('that is none reaches nobody, and policies have settled', async () => {
    const settled = vi.fn<(status: number) => undefined>()
    const use = settling((_exchange, _state, { status }) => settled(status))
    const app = new Hono().use(policies([use])).get('/', () => {
      throw 'a text'
    })
    await expect(async () => await app.request('/')).rejects.toBe('a text')
    expect(settled.mock.calls).toEqual([[500]])
  })

  it('of a policy that decides is the error handler’s, who may leave it to Hono: 503 where the store failed', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const settled = vi.fn<() => undefined>()
    const error = new RedstartError('STORE_UNAVAILABLE', 'gone')
    const app = new Hono().use(policies([settling(settled), failing(error)])).get('/', (c) => c.text('handled'))
    const response = await app.request('/')
    expect([response.status, await response.json()]).toMatchObject([503, { code: 'STORE_UNAVAILABLE' }])
    expect(settled).toHaveBeenCalledOnce()
    app.onError((given, c) => c.json(RedstartError.is(given) && given === error, 500))
    expect(await (await app.request('/')).json()).toBe(true)
  })

  it.each([
    ['NOT_SIGNED_IN', 401],
    ['FORBIDDEN', 403],
    ['STORE_UNAVAILABLE', 503],
  ] as const)('with the code %s is answered with %i by answerErrors', async (code, status) => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    log.mockClear()
    const app = new Hono().get('/', () => {
      throw new RedstartError(code, 'what only the log may know')
    })
    app.onError(answerErrors())
    const response = await app.request('/')
    expect(response.status).toBe(status)
    expect(await response.text()).not.toContain('log may know')
    expect(log).toHaveBeenCalledTimes(status === 503 ? 1 : 0)
  })

  it('of others is answered by answerErrors as Hono does, or as it is told', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const app = new Hono()
      .get('/own', () => {
        throw new HTTPException(402, { message: 'pay' })
      })
      .get('/any', () => {
        throw new Error('wrong')
      })
    app.onError(answerErrors())
    expect(await (await app.request('/own')).text()).toBe('pay')
    expect((await app.request('/any')).status).toBe(500)
    expect(log).toHaveBeenCalled()
    app.onError(answerErrors((_error, c) => c.text('told', 418)))
    expect((await app.request('/any')).status).toBe(418)
  })
})

describe('what comes after the answer', () => {
  it('is handed to the runtime where it has something for that', async () => {
    let done = false
    const capturing = settling(() => ({
      type: 'capture',
      capture: {
        write: () => {},
        finish: async () => {
          await new Promise((resolve) => setTimeout(resolve, 5))
          done = true
        },
        abort: () => {},
      },
    }))
    const app = new Hono().use(policies([capturing])).get('/', (c) => c.text('handled'))
    const works: Promise<unknown>[] = []
    const runtime = {
      waitUntil: (work: Promise<unknown>) => void works.push(work),
      passThroughOnException() {},
      props: {},
    }
    await (await app.request('/', {}, {}, runtime)).text()
    expect([works.length, done]).toEqual([1, false])
    await works[0]
    expect(done).toBe(true)
    await (await app.request('/')).text()
  })
})
