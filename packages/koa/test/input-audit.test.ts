import { createRedstart, type HttpEvent } from '@redstart/core'
import Koa, { type Context } from 'koa'
import compress from 'koa-compress'
import { expect, it } from 'vitest'
import { cacheResponse, type CacheResponseMiddlewareOptions } from '../src/index.ts'
import { ask } from './ask.ts'
import { listen } from './koa-app.ts'

const HEADERS = {
  ...{ 'accept-encoding': 'gzip;q=0', 'user-agent': 'test', accept: 'text/html', cookie: 'theme=dark' },
  ...{ origin: 'https://other.example', 'x-forwarded-for': '192.0.2.1', 'x-original-url': '/admin' },
}

/** The bodies of two requests for a page, the first with headers and the second with none; and what was told. */
async function twice(
  audit: NonNullable<CacheResponseMiddlewareOptions['audit']>,
  answer: (ctx: Context) => unknown,
  proxy = false,
): Promise<{ readonly bodies: readonly string[]; readonly told: readonly string[] }> {
  const redstart = createRedstart()
  const told: string[] = []
  redstart.events.on('unkeyed', ({ header, outcome }: Extract<HttpEvent, { type: 'http.unkeyed' }>) => {
    told.push(`${header} ${outcome}`)
  })
  const app = new Koa({ proxy })
  app.use(cacheResponse(redstart, { ttl: '1m', cookies: 'ignore', audit }))
  app.use(compress({ threshold: 0 }))
  let runs = 0
  app.use((ctx) => {
    ctx.body = `${++runs} ${String(answer(ctx))}`
  })
  const { port, close } = await listen(app)
  const bodies: string[] = []
  for (const headers of [HEADERS, { 'accept-encoding': HEADERS['accept-encoding'] }])
    bodies.push((await ask(port, '/', { headers: { host: 'app', ...headers } })).body)
  await close()
  await redstart.close()
  return { bodies, told }
}

it.each<[string, (ctx: Context) => unknown, readonly string[]]>([
  ['nothing', () => 'page', []],
  ['what Koa knows', (ctx) => [ctx.ip, ctx.host, ctx.protocol, ctx.fresh, ctx.URL.href], []],
  ['a header', (ctx) => ctx.get('X-Original-URL'), ['x-original-url stored']],
  ['one that is absent', (ctx) => ctx.headers['x-none'], ['x-none stored']],
  ['a cookie', (ctx) => ctx.cookies.get('theme'), ['cookie stored']],
])('a handler that looks at %s', async (_, answer, told) => {
  expect((await twice('warn', answer)).told).toEqual(told)
})

it('of who asks is told where a header says it', async () => {
  expect((await twice('warn', (ctx) => ctx.ip, true)).told).toEqual(['x-forwarded-for stored'])
})

it.each([
  ['warn', ['1 /admin', '1 /admin'], ['x-original-url stored']],
  ['vary', ['1 /admin', '2 '], ['x-original-url varies']],
  ['strict', ['1 ', '1 '], []],
  ['off', ['1 /admin', '1 /admin'], []],
] as const)('with %s', async (audit, bodies, told) => {
  expect(await twice(audit, (ctx) => ctx.get('x-original-url'))).toEqual({ bodies, told })
})
