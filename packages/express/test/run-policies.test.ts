import { ServerResponse } from 'node:http'
import express, { type ErrorRequestHandler, type RequestHandler } from 'express'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Capture, HttpPolicy } from '@redstart/core/http'
import { runPolicies, usePolicy } from '../src/index.ts'
import { rawRequest, valuesOf } from './raw-request.ts'
import { appOf, late, settling, withApp } from './settled-app.ts'

const ok: RequestHandler = (_request, response) => void response.json('handled')

afterEach(() => void vi.restoreAllMocks())

describe('where no policy settles', () => {
  it('the response is left as it is', async () => {
    const own: string[][] = []
    const uses = [usePolicy({ name: 'only decides', decide: () => ({ type: 'next', state: undefined }) })]
    const app = appOf(uses, (_request, response) => {
      own.push(
        ['writeHead', 'write', 'end', 'flushHeaders', 'setHeader', 'headersSent'].filter((name) =>
          Object.hasOwn(response, name),
        ),
      )
      expect(response.write).toBe(ServerResponse.prototype.write)
      response.end()
    })
    await withApp(app, async (port) => {
      await rawRequest(port, 'GET')
      expect(own).toEqual([[]])
    })
  })
})

describe('an error', () => {
  const answer: ErrorRequestHandler = (error: unknown, _request, response, _next) => {
    response.status(555).json({
      told: error instanceof Error ? error.message : error,
      cause: error instanceof Error ? error.cause : undefined,
    })
  }
  const failing = (error: unknown): HttpPolicy<undefined> => ({
    name: 'fails',
    decide: async () => {
      throw error
    },
  })
  const throwing = (error: unknown): HttpPolicy<undefined> => ({
    name: 'throws',
    decide: () => {
      throw error
    },
  })

  it.each([
    ['a rejection', failing(new Error('no')), { told: 'no' }],
    ['a throw', throwing(new Error('no')), { told: 'no' }],
    ["a rejection with 'route'", failing('route'), { told: 'A policy failed', cause: 'route' }],
    ['a rejection with nothing', failing(undefined), { told: 'A policy failed' }],
  ])('before the handler, %s, is for the error handler of Express, and is settled', async (_name, policy, told) => {
    const app = appOf([late, usePolicy(policy)], ok)
    app.use(answer)
    await withApp(app, async (port) => {
      const { body, status, ...rest } = await rawRequest(port, 'GET')
      expect(status).toBe('HTTP/1.1 555 unknown')
      expect(JSON.parse(body)).toEqual(told)
      expect(valuesOf({ body, status, ...rest }, 'x-settled')).toEqual(['yes'])
    })
  })

  it('after the handler is told to onError, with the request', async () => {
    const told: unknown[] = []
    const error = new Error('settling failed')
    for (const settle of [
      () => Promise.reject(error),
      () => {
        throw error
      },
    ]) {
      const app = appOf([settling(settle)], ok, { onError: (given, { path }) => told.push([given, path]) })
      await withApp(app, async (port) => {
        expect((await rawRequest(port, 'GET', '/a')).status).toBe('HTTP/1.1 500 Internal Server Error')
      })
    }
    expect(told).toEqual([
      [error, '/a'],
      [error, '/a'],
    ])
  })

  it('goes to console.error where nobody else is told', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const error = new Error('settling failed')
    await withApp(
      appOf([settling(() => Promise.reject(error))], ok),
      async (port) => void (await rawRequest(port, 'GET')),
    )
    expect(log.mock.calls).toEqual([[error]])
  })
})

describe('policies', () => {
  const logging = (name: string, log: string[], reply = false): HttpPolicy<string> => ({
    name,
    decide: () => {
      log.push(`${name} decides`)
      return reply
        ? { type: 'reply', reply: { status: 200, headers: [], body: undefined } }
        : { type: 'next', state: name }
    },
    settle: async (exchange, state, { status, headers }) => {
      log.push(`${state} settles ${status} ${headers.find(([header]) => header === 'x-from')?.[1] ?? '-'}`)
      exchange.setHeader('x-from', state)
      return undefined
    },
  })

  it('decide in their order and settle in the opposite one, each with its own state', async () => {
    const log: string[] = []
    const app = appOf(
      ['a', 'b', 'c'].map((name) => usePolicy(logging(name, log))),
      ok,
    )
    await withApp(app, async (port) => {
      expect(valuesOf(await rawRequest(port, 'GET'), 'x-from')).toEqual(['a'])
    })
    expect(log).toEqual([
      'a decides',
      'b decides',
      'c decides',
      'c settles 200 -',
      'b settles 200 c',
      'a settles 200 b',
    ])
  })

  it('settle for a reply of a later one, and the handler does not run', async () => {
    const log: string[] = []
    const app = appOf(
      [usePolicy(logging('a', log)), usePolicy(logging('b', log, true)), usePolicy(logging('c', log))],
      ok,
    )
    await withApp(app, async (port) => {
      const answer = await rawRequest(port, 'GET')
      expect(valuesOf(answer, 'content-length')).toEqual(['0'])
      expect(answer.body).toBe('')
    })
    expect(log).toEqual(['a decides', 'b decides', 'a settles 200 -'])
  })

  it('may stand in several middleware', async () => {
    const log: string[] = []
    const app = appOf([usePolicy(logging('a', log)), late], runPolicies([late, usePolicy(logging('b', log))]))
    app.use(ok)
    await withApp(app, async (port) => {
      const answer = await rawRequest(port, 'GET')
      expect(answer.body).toBe('"handled"')
      expect(valuesOf(answer, 'x-from')).toEqual(['a'])
    })
    expect(log).toEqual(['a decides', 'b decides', 'b settles 200 -', 'a settles 200 b'])
  })

  it('hold what an app answers that is mounted behind them', async () => {
    const mounted = express()
    mounted.get('/page', (request, response) => void response.json([request.baseUrl, response.headersSent]))
    const app = appOf([late], (_request, _response, next) => next())
    app.use('/inner', mounted)
    await withApp(app, async (port) => {
      const answer = await rawRequest(port, 'GET', '/inner/page')
      expect(answer.body).toBe('["/inner",false]')
      expect(valuesOf(answer, 'x-settled')).toEqual(['yes'])
    })
  })

  it('keep what others gave when one replaces the answer', async () => {
    const gives = settling(async (exchange) => {
      exchange.setHeader('x-inner', '1')
      exchange.appendHeader('set-cookie', 'inner=1')
      return undefined
    })
    const replaces = settling(async () => {
      const headers = [
        ['Set-Cookie', 'a=1'],
        ['set-cookie', 'b=1'],
        ['vary', 'a'],
        ['Vary', 'b'],
      ] as const
      return { type: 'replace', reply: { status: 503, headers, body: 'later' } }
    })
    const app = appOf([late, replaces, gives], (_request, response) => {
      response.cookie('handler', '1').set('Content-Encoding', 'gzip').vary('x').statusMessage = 'Fine'
      response.end('handled')
    })
    await withApp(app, async (port) => {
      const answer = await rawRequest(port, 'GET')
      expect(answer).toMatchObject({ status: 'HTTP/1.1 503 Service Unavailable', body: 'later' })
      expect([...valuesOf(answer, 'set-cookie')].sort()).toEqual(['a=1', 'b=1', 'inner=1'])
      expect(valuesOf(answer, 'vary').join(', ')).toBe('a, b')
      expect(['x-inner', 'x-settled', 'x-powered-by'].map((name) => valuesOf(answer, name)[0])).toEqual([
        '1',
        'yes',
        'Express',
      ])
      expect(valuesOf(answer, 'content-encoding')).toEqual([])
    })
  })
})

describe('a capture', () => {
  function recorder(): { readonly log: string[]; readonly capture: Capture } {
    const log: string[] = []
    const capture: Capture = {
      write: (chunk) => void log.push(Buffer.from(chunk).toString()),
      finish: () => void log.push('finish'),
      abort: (reason) => void log.push(`abort: ${String(reason)}`),
    }
    return { log, capture }
  }

  it.each([
    ['shorter', 5],
    ['longer', 3],
  ])('is aborted when the body is not as long as was said: %s', async (_name, length) => {
    const { log, capture } = recorder()
    const app = appOf([settling(() => ({ type: 'capture', capture }))], (_request, response) => {
      response.setHeader('Content-Length', length)
      response.end('body')
    })
    await withApp(app, async (port) => {
      await rawRequest(port, 'GET').catch(() => {})
      expect(log).toEqual(['body', 'abort: Error: The answer ended before its body was complete'])
    })
  })

  it('that throws is told no more, and harms nobody', async () => {
    const { log, capture } = recorder()
    const bad: Capture = {
      ...capture,
      write: () => {
        throw new Error('full')
      },
    }
    const other = recorder()
    const uses = [bad, other.capture].map((one) => settling(() => ({ type: 'capture', capture: one })))
    const app = appOf(uses, (_request, response) => {
      response.write('a')
      response.end('b')
    })
    await withApp(app, async (port) => {
      expect((await rawRequest(port, 'GET')).body).toContain('a')
      expect(log).toEqual(['abort: Error: The capture itself failed'])
      expect(other.log).toEqual(['a', 'b', 'finish'])
    })
  })

  it('is shown the reply of a later policy', async () => {
    const { log, capture } = recorder()
    const replies = usePolicy({
      name: 'replies',
      decide: () => ({ type: 'reply', reply: { status: 429, headers: [], body: new Uint8Array([104, 105]) } }),
    })
    await withApp(appOf([settling(async () => ({ type: 'capture', capture })), replies], ok), async (port) => {
      expect((await rawRequest(port, 'GET')).body).toBe('hi')
      expect(log).toEqual(['hi', 'finish'])
    })
  })

  it('is shown the answer that took the place of the handler, and of that alone', async () => {
    const inner = recorder()
    const outer = recorder()
    const uses = [
      settling(() => ({ type: 'capture', capture: outer.capture })),
      settling(() => ({ type: 'replace', reply: { status: 500, headers: [], body: 'instead' } })),
      settling(() => ({ type: 'capture', capture: inner.capture })),
    ]
    await withApp(appOf(uses, ok), async (port) => {
      expect((await rawRequest(port, 'GET')).body).toBe('instead')
      expect(outer.log).toEqual(['instead', 'finish'])
      expect(inner.log).toEqual(['abort: Error: Another answer took the place of this one'])
    })
  })
})

describe('a handler whose answer was replaced', () => {
  it('may go on writing: it goes nowhere, fails nowhere and waits for nothing', async () => {
    const calls: string[] = []
    const replaces = settling(async () => {
      await new Promise((resolve) => setTimeout(resolve, 5))
      return { type: 'replace', reply: { status: 503, headers: [], body: 'later' } }
    })
    const app = appOf([replaces], async (_request, response) => {
      response.on('error', (error) => calls.push(`error: ${error.message}`))
      if (!response.write(Buffer.alloc(100_000))) await new Promise((resolve) => response.once('drain', resolve))
      calls.push('drained')
      for (let n = 0; n < 3; n++) await new Promise<void>((resolve) => void response.write('more', () => resolve()))
      response.end('last', () => calls.push('ended'))
      response.end()
    })
    await withApp(app, async (port) => {
      expect((await rawRequest(port, 'GET')).body).toBe('later')
      await expect.poll(() => calls).toEqual(['drained', 'ended'])
    })
  })
})
