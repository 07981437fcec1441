import { createRequire } from 'node:module'
import { createRedstart, type HttpEvent } from '@redstart/core'
import compression from 'compression'
import express, { type Express, type Request, type RequestHandler, type Response } from 'express'
import { afterEach, describe, expect, it } from 'vitest'
import { cacheResponse, type CacheResponseMiddlewareOptions, session } from '../src/index.ts'
import { ask } from './ask.ts'
import { listen } from './express-app.ts'

const require = createRequire(import.meta.url)
// It brings no types of its own, and little of it is used here.
const morgan = require('morgan') as (format: string, options: object) => RequestHandler

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

interface App {
  /** The body, with what the cache says in brackets. */
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<string>
  /** `header outcome`, of what was told. */
  readonly told: readonly string[]
}

type Audit = NonNullable<CacheResponseMiddlewareOptions['audit']>

/** An app whose pages are what `answer` makes of a request. */
async function appOf(
  audit: Audit,
  answer: (request: Request, response: Response) => unknown,
  behind: (app: Express) => void = () => undefined,
  options: CacheResponseMiddlewareOptions = {},
): Promise<App> {
  const redstart = createRedstart({ keys: ['k'.repeat(32)] })
  const told: string[] = []
  redstart.events.on('unkeyed', ({ header, outcome }: Extract<HttpEvent, { type: 'http.unkeyed' }>) => {
    told.push(`${header} ${outcome}`)
  })
  const app = express()
  app.set('env', 'test')
  app.use(cacheResponse(redstart, { ttl: '1m', cookies: 'ignore', audit, ...options }))
  app.use('/session', session(redstart))
  behind(app)
  let runs = 0
  app.get(/.*/, (request, response) => {
    runs++
    response.send(`${runs} ${String(answer(request, response))}`)
  })
  const { port, close } = await listen(app)
  closing.push(close, async () => await redstart.close())
  return { told, get: async (path, headers = {}) => await ask(port, path, { host: 'app', ...headers }) }
}

const echo = (request: Request): string => request.get('x-theme') ?? 'plain'

describe('a page that depends on a header which its key does not have', () => {
  it('is told of with warn, once for each header and kind of path, and stored', async () => {
    const app = await appOf('warn', (request) => `${echo(request)} ${String(request.headers['x-lang'])}`)
    expect(await app.get('/a/1', { 'x-theme': 'dark' })).toBe('1 dark undefined')
    expect(await app.get('/a/1')).toBe('1 dark undefined')
    await app.get('/a/2')
    expect(app.told).toEqual(['x-lang stored', 'x-theme stored'])
    await app.get('/b')
    expect(app.told).toHaveLength(4)
  })

  it('is not stored with strict', async () => {
    const app = await appOf('strict', echo)
    expect(await app.get('/', { 'x-theme': 'dark' })).toBe('1 dark')
    expect(await app.get('/')).toBe('2 plain')
    expect(app.told).toEqual(['x-theme refused'])
  })

  it('varies by it with vary', async () => {
    const app = await appOf('vary', echo)
    expect(await app.get('/', { 'x-theme': 'dark' })).toBe('1 dark')
    expect(await app.get('/')).toBe('2 plain')
    expect(await app.get('/', { 'x-theme': 'dark' })).toBe('1 dark')
    expect(await app.get('/')).toBe('2 plain')
    expect(app.told).toEqual(['x-theme varies'])
  })

  it('is not stored with vary where it is about cookies', async () => {
    const app = await appOf('vary', (request) => request.headers.cookie ?? 'nobody')
    expect(await app.get('/', { cookie: 'theme=dark' })).toBe('1 theme=dark')
    expect(await app.get('/')).toBe('2 nobody')
    expect(app.told).toEqual(['cookie refused'])
  })

  it('is as it always was with off', async () => {
    const app = await appOf('off', echo)
    expect(await app.get('/', { 'x-theme': 'dark' })).toBe('1 dark')
    expect(await app.get('/')).toBe('1 dark')
    expect(app.told).toEqual([])
  })
})

describe('strict', () => {
  it('hides what is taken for another host, target or method', async () => {
    const app = await appOf(
      'strict',
      (request) => `${request.get('x-original-url')} ${request.get('x-http-method-override')}`,
    )
    const evil = { 'x-original-url': '/admin', 'x-http-method-override': 'DELETE' }
    expect(await app.get('/', evil)).toBe('1 undefined undefined')
    expect(await app.get('/')).toBe('1 undefined undefined')
    expect(app.told).toEqual([])
  })

  it('stores no answer to parameters that its key does not have, and answers them from the cache', async () => {
    const app = await appOf('strict', (request) => request.originalUrl, undefined, { query: { ignore: ['utm_*'] } })
    expect(await app.get('/?utm_x=%3Cscript%3E')).toBe('1 /?utm_x=%3Cscript%3E')
    expect(await app.get('/?a=1')).toBe('2 /?a=1')
    expect(await app.get('/?a=1&utm_x=y')).toBe('2 /?a=1')
    expect(await app.get('/')).toBe('3 /')
    expect(await app.get('/?utm_x=%3Cscript%3E')).toBe('3 /')
  })
})

describe('nothing is told', () => {
  const headers = {
    'accept-encoding': 'gzip;q=0',
    'user-agent': 'test',
    accept: 'text/html',
    cookie: 'theme=dark',
    origin: 'https://other.example',
    'x-forwarded-for': '192.0.2.1',
    'x-forwarded-host': 'shop.example',
  }

  type Case = readonly [
    name: string,
    answer: (request: Request, response: Response) => unknown,
    behind?: ((app: Express) => void) | undefined,
    options?: CacheResponseMiddlewareOptions,
  ]
  const cases: readonly Case[] = [
    ['of a page that looks at nothing', () => 'page'],
    ['of what Express looks at itself', (request) => [request.hostname, request.protocol, request.fresh, request.path]],
    ['of what the answer says it varies by', (request, response) => [response.vary('X-Theme'), echo(request)]],
    [
      'of what Express negotiates',
      (request, response) => response.format({ html: () => {}, default: () => {} }) && request.path,
    ],
    ['of compression', () => 'x'.repeat(5000), (app) => app.use(compression())],
    [
      'of a logger when the answer has left',
      () => 'page',
      (app) => app.use(morgan('combined', { stream: { write: () => true } })),
    ],
    ['of cookies that are parsed for every page', () => 'page', (app) => app.use(parseCookies)],
    [
      'of a session that is not used',
      () => 'page',
      (app) => app.use(session(createRedstart({ keys: ['k'.repeat(32)] }))),
    ],
    ['of what the key is made of', echo, undefined, { key: (request) => request.get('x-theme') ?? '' }],
    [
      'of origins that are all allowed',
      (request, response) => [request.get('origin'), response.set('Access-Control-Allow-Origin', '*') && 1],
    ],
  ]
  for (const [name, answer, behind, options] of cases)
    it(name, async () => {
      const app = await appOf('warn', answer, behind, options)
      const first = await app.get('/', headers)
      expect(await app.get('/', headers)).toBe(first)
      expect(first).toMatch(/^1 /)
      expect(app.told).toEqual([])
    })

  it('but of cookies that somebody looks at', async () => {
    const app = await appOf(
      'warn',
      (request) => request.cookies,
      (on) => on.use(parseCookies),
    )
    await app.get('/', headers)
    expect(app.told).toEqual(['cookie stored'])
  })

  it('but of who asks, where a header says it', async () => {
    const trusting = await appOf(
      'warn',
      (request) => request.ip,
      (on) => on.set('trust proxy', 1),
    )
    expect(await trusting.get('/', headers)).toBe('1 192.0.2.1')
    const own = await appOf('warn', (request) => request.headers['x-forwarded-for'])
    expect(await own.get('/', headers)).toBe('1 192.0.2.1')
    for (const { told } of [trusting, own]) expect(told).toEqual(['x-forwarded-for stored'])
  })
})

/** As the well-known middleware does it: for every request, whether or not anybody looks. */
const parseCookies: RequestHandler = (request, _response, next) => {
  if (request.cookies === undefined) {
    const { cookie = '' } = request.headers
    request.cookies = Object.fromEntries(cookie.split('; ').map((pair) => pair.split('=', 2) as [string, string]))
    request.cookies = { ...(request.cookies as object) }
  }
  next()
}
