import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import type { HttpExchange } from '@redstart/core/http'
import compression from 'compression'
import express, { type Express, type Request, Router } from 'express'
import { expect, it, onTestFinished } from 'vitest'
import { ask } from './ask.ts'
import { type PolicyUse, runPolicies, usePolicy } from '../src/index.ts'
import { withApp } from './settled-app.ts'

/** Has each request asked once more, and waits for it. */
function askingAgain(): { readonly uses: readonly PolicyUse<Request>[]; readonly exchanges: HttpExchange[] } {
  const own = new WeakSet()
  const exchanges: HttpExchange[] = []
  const use = usePolicy<undefined, Request>({
    name: 'asking again',
    decide: async (exchange) => {
      exchanges.push(exchange)
      if (!own.has(exchange.request)) await exchange.again?.((second) => void own.add(second))
      return { type: 'next', state: undefined }
    },
  })
  return { uses: [use], exchanges }
}

function quiet(): Express {
  const app = express()
  app.set('env', 'test')
  return app
}

it('a request is asked from its very beginning, from within routers and applications within applications', async () => {
  const { uses, exchanges } = askingAgain()
  const seen: string[] = []
  const [app, inner, router] = [quiet(), quiet(), Router()]
  app.set('trust proxy', 1)
  app.use(({ url, ip }, _response, next) => {
    seen.push(`${url} of ${ip}`)
    next()
  })
  app.use('/shop', inner)
  inner.set('trust proxy', 1)
  inner.use('/dishes', router)
  router.use(runPolicies(uses))
  router.get('/:id', ({ params }, response) => void response.json(params))
  await withApp(app, async (port) => {
    expect(await ask(port, '/shop/dishes/7?a', { 'x-forwarded-for': '203.0.113.9' })).toBe('{"id":"7"}')
  })
  expect(seen).toEqual(['/shop/dishes/7?a of 203.0.113.9', '/shop/dishes/7?a of 203.0.113.9'])
  expect(exchanges.map(({ target, address }) => [target, address])).toEqual([
    ['/shop/dishes/7?a', '203.0.113.9'],
    ['/shop/dishes/7?a', '203.0.113.9'],
  ])
})

it('all middleware of one request knows it by the same object, and each request by its own', async () => {
  const seen: object[] = []
  const noting = runPolicies([
    usePolicy<undefined, Request>({
      name: 'noting',
      decide: (exchange) => {
        seen.push(exchange.request)
        return { type: 'next', state: undefined }
      },
    }),
  ])
  const app = quiet()
  app.use(noting).use('/a', noting, quiet().use(noting), (_request, response) => void response.end())
  await withApp(app, async (port) => {
    await ask(port, '/a', {})
    await ask(port, '/a', {})
  })
  expect(seen.map((one) => seen.indexOf(one))).toEqual([0, 0, 0, 3, 3, 3])
})

it.each([
  [300, 'keep-alive'],
  [30_000, 'keep-alive'],
  [300, 'close'],
  [30_000, 'close'],
])('%i bytes leave in the place of a stream, also through compression: %s', async (length, connection) => {
  let hidden = 0
  let outcome = ''
  const body = 'a'.repeat(length)
  const use = usePolicy<undefined, Request>({
    name: 'hiding',
    decide: () => ({ type: 'next', state: undefined }),
    settle: async () => {
      await new Promise((resolve) => setTimeout(resolve, 5))
      const capture = {
        write: (chunk: Uint8Array) => void (hidden += chunk.length),
        finish: () => void (outcome = 'finished'),
        abort: () => void (outcome = 'aborted'),
      }
      return { type: 'replace', reply: { status: 200, headers: [['content-type', 'text/plain']], body }, capture }
    },
  })
  const app = quiet()
  app.use(compression(), runPolicies([use]), (_request, response) => {
    let left = 100
    response.type('text')
    const go = (): void => {
      while (left > 0) {
        left--
        if (!response.write(Buffer.alloc(10_000))) return
      }
      response.end()
    }
    response.on('drain', go)
    go()
  })
  await withApp(app, async (port) => {
    const answer = await get(port, connection)
    expect(answer.toString()).toBe(body)
    await expect.poll(() => outcome).toBe('finished')
    expect(hidden).toBe(1_000_000)
  })
})

async function get(port: number, connection: string): Promise<Buffer> {
  const agent = new Agent({ keepAlive: connection === 'keep-alive' })
  onTestFinished(() => agent.destroy())
  const sent = request({ host: '127.0.0.1', port, agent, headers: { 'accept-encoding': 'gzip' } }).end()
  // The type of what 'once' gives is not known to the compiler.
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  const body = await buffer(response)
  return response.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body
}
