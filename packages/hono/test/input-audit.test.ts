import { createRedstart, type HttpEvent } from '@redstart/core'
import { type Context, Hono } from 'hono'
import { compress } from 'hono/compress'
import { getCookie } from 'hono/cookie'
import { cors } from 'hono/cors'
import { etag } from 'hono/etag'
import { secureHeaders } from 'hono/secure-headers'
import { expect, it, onTestFinished } from 'vitest'
import { cacheResponse, type CacheResponseMiddlewareOptions } from '../src/index.ts'
import { listen } from './node-adapter.ts'

const HEADERS = {
  ...{ 'accept-encoding': 'gzip;q=0', 'user-agent': 'test', accept: 'text/html', cookie: 'theme=dark' },
  ...{ origin: 'https://other.example', 'x-forwarded-for': '192.0.2.1', 'x-original-url': '/admin' },
}

/** The bodies of two requests for a page, the first with headers and the second with none; and what was told. */
async function twice(
  audit: NonNullable<CacheResponseMiddlewareOptions['audit']>,
  answer: (c: Context) => unknown,
  usual = false,
): Promise<{ readonly bodies: readonly string[]; readonly told: readonly string[] }> {
  await using redstart = Object.assign(createRedstart(), { [Symbol.asyncDispose]: async () => await redstart.close() })
  const told: string[] = []
  redstart.events.on('unkeyed', ({ header, outcome }: Extract<HttpEvent, { type: 'http.unkeyed' }>) => {
    told.push(`${header} ${outcome}`)
  })
  const app = new Hono().use('*', cacheResponse(redstart, { ttl: '1m', cookies: 'ignore', audit }))
  if (usual) app.use('*', compress({ threshold: 0 }), cors(), etag(), secureHeaders())
  let runs = 0
  app.get('*', (c) => c.text(`${++runs} ${String(answer(c))}`))
  const bodies: string[] = []
  for (const headers of [HEADERS, { 'accept-encoding': HEADERS['accept-encoding'] }])
    bodies.push(await (await app.request('/', { headers })).text())
  return { bodies, told }
}

const lookedAt = (c: Context): unknown => c.req.header('X-Original-URL')

it.each<[string, (c: Context) => unknown, readonly string[]]>([
  ['nothing', () => 'page', []],
  ['a header', lookedAt, ['x-original-url stored']],
  ['one that is absent', (c) => c.req.header('X-None'), ['x-none stored']],
  ['one of the raw ones', (c) => c.req.raw.headers.get('X-None'), ['x-none stored']],
  ['one of a clone', (c) => c.req.raw.clone().headers.get('X-None'), ['x-none stored']],
  ['a clone without its headers', (c) => c.req.raw.clone().method, []],
  ['cookies', (c) => getCookie(c, 'theme'), ['cookie stored']],
  ['all', (c) => Object.keys(c.req.header()).length, ['accept', 'cookie', 'origin', 'user-agent', 'x-forwarded-for']],
])('a handler that looks at %s', async (_, answer, told) => {
  const result = await twice('warn', answer)
  if (told.length > 1) for (const name of told) expect(result.told).toContain(`${name} stored`)
  else expect(result.told).toEqual(told)
})

it('what usual middleware looks at is told of nobody', async () => {
  const { bodies, told } = await twice('warn', () => 'page', true)
  expect(bodies).toEqual(['1 page', '1 page'])
  expect(told).toEqual([])
})

it.each([
  ['warn', ['1 /admin', '1 /admin'], ['x-original-url stored']],
  ['vary', ['1 /admin', '2 undefined'], ['x-original-url varies']],
  ['strict', ['1 undefined', '1 undefined'], []],
  ['off', ['1 /admin', '1 /admin'], []],
] as const)('with %s', async (audit, bodies, told) => {
  expect(await twice(audit, lookedAt)).toEqual({ bodies, told })
})

it('strict stores no answer that depends on what is not hidden', async () => {
  const { bodies, told } = await twice('strict', (c) => c.req.header('x-forwarded-for'))
  expect(bodies).toEqual(['1 192.0.2.1', '2 undefined'])
  expect(told).toEqual(['x-forwarded-for refused'])
})

it.each<[string, (raw: Request) => unknown]>([
  ['their members', ({ headers }) => Object.keys(Object.fromEntries(headers)).length],
  ['keys()', ({ headers }) => [...headers.keys()].length],
  ['forEach()', ({ headers }) => headers.forEach(() => undefined)],
  ['those of a clone', (raw) => [...raw.clone().headers].length],
])('on Node.js, whose headers are of another kind: a handler that looks at all of them by %s', async (_, look) => {
  const redstart = createRedstart()
  onTestFinished(async () => await redstart.close())
  const told: string[] = []
  redstart.events.on('unkeyed', ({ header }: Extract<HttpEvent, { type: 'http.unkeyed' }>) => void told.push(header))
  const app = new Hono().use('*', cacheResponse(redstart, { ttl: '1m', audit: 'warn' }))
  app.get('*', (c) => {
    look(c.req.raw)
    return c.text('page')
  })
  const { port, close } = await listen(app)
  onTestFinished(close)
  const response = await fetch(`http://127.0.0.1:${port}/`, { headers: { 'x-own': '1' } })
  expect([response.status, await response.text()]).toEqual([200, 'page'])
  expect(told).toContain('x-own')
})
