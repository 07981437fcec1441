import compress from '@fastify/compress'
import cookie from '@fastify/cookie'
import { createRedstart, type HttpEvent } from '@redstart/core'
import fastify, { type FastifyRequest } from 'fastify'
import { expect, it } from 'vitest'
import { cacheResponse, type CacheResponsePluginOptions } from '../src/index.ts'

const HEADERS = {
  ...{ 'accept-encoding': 'gzip;q=0', 'user-agent': 'test', accept: 'text/html', cookie: 'theme=dark' },
  ...{ origin: 'https://other.example', 'x-forwarded-for': '192.0.2.1', 'x-original-url': '/admin' },
}

type Audit = NonNullable<CacheResponsePluginOptions['audit']>

/** The bodies of two requests for a page, the first with headers and the second with none; and what was told. */
async function twice(
  audit: Audit,
  answer: (request: FastifyRequest) => unknown,
  cookies: 'front' | 'behind' | 'none' = 'none',
): Promise<{ readonly bodies: readonly string[]; readonly told: readonly string[] }> {
  const redstart = createRedstart()
  const told: string[] = []
  redstart.events.on('unkeyed', ({ header, outcome }: Extract<HttpEvent, { type: 'http.unkeyed' }>) => {
    told.push(`${header} ${outcome}`)
  })
  const app = fastify({ trustProxy: false })
  if (cookies === 'front') await app.register(cookie)
  await app.register(cacheResponse, { redstart, hook: 'onRequest', ttl: '1m', cookies: 'ignore', audit })
  if (cookies === 'behind') await app.register(cookie)
  await app.register(compress, { threshold: 0 })
  let runs = 0
  app.get('/', async (request, reply) => reply.type('text/plain').send(`${++runs} ${String(answer(request))}`))
  const bodies: string[] = []
  for (const headers of [HEADERS, {}]) bodies.push((await app.inject({ url: '/', headers })).body)
  await app.close()
  await redstart.close()
  return { bodies, told }
}

it.each<[string, (request: FastifyRequest) => unknown, readonly string[]]>([
  ['nothing', () => 'page', []],
  ['what Fastify knows', (request) => [request.ip, request.host, request.protocol, request.id], []],
  ['a header', (request) => request.headers['x-original-url'], ['x-original-url stored']],
  ['one that is absent', (request) => request.raw.headers['x-none'], ['x-none stored']],
])('a handler that looks at %s', async (_, answer, told) => {
  expect((await twice('warn', answer)).told).toEqual(told)
})

it.each(['front', 'behind'] as const)(
  'cookies that are parsed %s count where somebody looks at them',
  async (where) => {
    expect(await twice('warn', () => 'page', where)).toEqual({ bodies: ['1 page', '1 page'], told: [] })
    expect((await twice('warn', (request) => request.cookies['theme'], where)).told).toEqual(['cookie stored'])
  },
)

it.each([
  ['warn', ['1 /admin', '1 /admin'], ['x-original-url stored']],
  ['vary', ['1 /admin', '2 undefined'], ['x-original-url varies']],
  ['strict', ['1 undefined', '1 undefined'], []],
  ['off', ['1 /admin', '1 /admin'], []],
] as const)('with %s', async (audit, bodies, told) => {
  expect(await twice(audit, (request) => request.headers['x-original-url'])).toEqual({ bodies, told })
})
