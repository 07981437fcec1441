import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { eventually } from '../http/client.ts'
import { isHit, page, PUBLIC, publicPage, said, textOf } from './answers.ts'
import { type CachedAdapterTest, type CachedAppParts, cachedTest, pageTest } from './cached-test.ts'
import { gate } from './gate.ts'

const SECOND = 1000

export const freshnessTests: readonly CachedAdapterTest[] = [
  pageTest(
    'is fresh as long as it says, and tells its age',
    () => ({ routes: versions(PUBLIC) }),
    async (app) => {
      deepEqual([textOf(await app.ask('/')), textOf(await app.ask('/'))], ['v1', 'v1'])
      await app.clock.advanceAsync(30 * SECOND)
      const { headers } = await app.ask('/')
      match(headers['age'] ?? '', /^3[01]$/)
      match(said({ headers }), /^hit; ttl=(29|30)$/)
      await app.clock.advanceAsync(31 * SECOND)
      equal(textOf(await app.ask('/')), 'v2')
      equal(app.runs('/'), 2)
    },
  ),

  ...(
    [
      ['s-maxage', { 'cache-control': 's-maxage=60, max-age=1' }],
      ['a field for this cache alone', { 'redstart-cache-control': 'max-age=60', 'cache-control': 'no-store' }],
      [
        'a field for caches in front of the application',
        { 'cdn-cache-control': 'max-age=60', 'cache-control': 'private' },
      ],
      ['Expires', { expires: 'Fri, 01 Jan 2100 00:00:00 GMT' }],
    ] as const
  ).map(([what, headers]) =>
    pageTest(`obeys ${what}`, { routes: { 'GET /': () => page('said', headers) } }, async (app) => {
      const made = await app.ask('/')
      await app.clock.advanceAsync(30 * SECOND)
      const hit = await app.ask('/')
      ok(isHit(hit), said(hit))
      equal(hit.headers['cache-control'], made.headers['cache-control'])
      equal(hit.headers['redstart-cache-control'], undefined)
      equal(made.headers['redstart-cache-control'], undefined)
    }),
  ),

  pageTest(
    'is fresh as long as the handler says beside its answer, and clients are not told',
    {
      routes: {
        'GET /': ({ cacheFor }) => {
          cacheFor({ ttl: '1m', stale: '1m' })
          return page('said')
        },
        'GET /never': ({ cacheFor }) => {
          cacheFor(false)
          return publicPage('never')
        },
      },
    },
    async (app) => {
      await app.ask('/')
      const hit = await app.ask('/')
      deepEqual([isHit(hit), hit.headers['cache-control']], [true, undefined])
      await app.ask('/never')
      match(said(await app.ask('/never')), /^fwd=uri-miss; detail=handler$/)
      equal(app.runs('/never'), 2)
    },
  ),

  pageTest(
    'clients may keep it for another time than the cache',
    () => ({ options: { browser: '5s' }, routes: versions(PUBLIC) }),
    async (app) => {
      for (let n = 0; n < 2; n++) equal((await app.ask('/')).headers['cache-control'], 'public, max-age=5')
    },
  ),

  pageTest(
    'that there is nothing is known for ten seconds, that it failed is not',
    {
      options: { ttl: '1m' },
      routes: {
        'GET /missing': () => page('nothing', {}, 404),
        'GET /gone': () => page('nothing', {}, 410),
        'GET /failed': () => page('failed', {}, 500),
        'GET /refused': () => page('refused', {}, 403),
        'GET /there': () => page('there'),
      },
    },
    async (app) => {
      const paths = ['/missing', '/gone', '/failed', '/refused', '/there', '/nowhere'] as const
      const askAll = async (): Promise<readonly boolean[]> =>
        await Promise.all(paths.map(async (path) => isHit(await app.ask(path))))
      await askAll()
      deepEqual((await askAll()).slice(0, 5), [true, true, false, false, true])
      await app.clock.advanceAsync(11 * SECOND)
      deepEqual((await askAll()).slice(0, 5), [false, false, false, false, true])
    },
  ),

  pageTest(
    'a route has times of its own for statuses',
    { options: { ttl: '1m', statuses: { 404: '30s', 403: '30s' } }, routes: { 'GET /': () => page('no', {}, 403) } },
    async (app) => {
      await app.ask('/')
      await app.clock.advanceAsync(20 * SECOND)
      const { status, headers } = await app.ask('/')
      deepEqual([status, isHit({ headers })], [403, true])
    },
  ),

  cachedTest('what is stale is served while it is made anew, once, by a request as any other', async ({ start }) => {
    const refresh = gate()
    let version = 0
    const app = await start({
      ...{ sessions: 'front', limited: true },
      routes: {
        'GET /': async () => {
          version += 1
          if (version > 1) await refresh.passed
          return page(`v${version}`, { 'cache-control': 'public, max-age=10, stale-while-revalidate=60' })
        },
      },
    })
    await app.ask('/')
    await app.clock.advanceAsync(11 * SECOND)
    const stale = await Promise.all(Array.from({ length: 50 }, async () => await app.ask('/')))
    for (const answer of stale) {
      equal(textOf(answer), 'v1')
      match(said(answer), /^hit; ttl=-[12]$/)
    }
    refresh.open()
    await eventually(async () => textOf(await app.ask('/')) === 'v2', 'the new one')
    equal(app.runs('/'), 2)
    const asked = app.logged.length
    deepEqual(new Set(app.logged.map(({ address }) => address?.replace('::ffff:', ''))), new Set(['127.0.0.1']))
    deepEqual(new Set(app.logged.map(({ method, target }) => `${method} ${target}`)), new Set(['GET /']))
    // The one that was asked for behind a client's back counts as well.
    ok(asked >= 1 + 50 + 1 + 1, `${asked} requests`)
    const { policies } = await app.redstart.limiter.peek('many', { key: '127.0.0.1' })
    equal(1000 - (policies['many']?.remaining ?? 0), asked)
  }),

  pageTest(
    'what is stale is served in place of an error, as long as it may be',
    { routes: failing('public, max-age=10, stale-if-error=60') },
    async (app) => {
      await app.ask('/')
      await app.clock.advanceAsync(11 * SECOND)
      for (const way of ['500', '503', 'throw']) {
        const { status, body, headers } = await app.ask('/', { headers: { 'x-way': way } })
        deepEqual([status, body.toString()], [200, 'right'], way)
        match(said({ headers }), /stale/)
        await app.clock.advanceAsync(2 * SECOND)
      }
      await app.clock.advanceAsync(60 * SECOND)
      equal((await app.ask('/', { headers: { 'x-way': '503' } })).status, 503)
    },
  ),

  pageTest(
    'nor is it where it must be asked about',
    { options: { staleIfError: '1h', stale: '1h' }, routes: failing('public, max-age=10, must-revalidate') },
    async (app) => {
      await app.ask('/')
      await app.clock.advanceAsync(11 * SECOND)
      equal((await app.ask('/', { headers: { 'x-way': '503' } })).status, 503)
    },
  ),

  pageTest(
    'the handler may say that what is stored still holds',
    {
      options: { revalidate: '1h' },
      routes: {
        'GET /': ({ header }) => {
          const headers = { 'cache-control': 'public, max-age=10', etag: '"1"' }
          return header('if-none-match') === '"1"' ? page('', headers, 304) : page('whole', headers)
        },
      },
    },
    async (app) => {
      await app.ask('/')
      await app.clock.advanceAsync(11 * SECOND)
      const renewed = await app.ask('/')
      deepEqual([renewed.status, textOf(renewed), renewed.headers['etag']], [200, 'whole', '"1"'])
      match(said(renewed), /^fwd=stale; fwd-status=304; stored$/)
      ok(isHit(await app.ask('/')))
      equal(app.runs('/'), 2)
    },
  ),
]

/** Another page each time. */
function versions(control: string): CachedAppParts['routes'] {
  let version = 0
  return { 'GET /': () => page(`v${++version}`, { 'cache-control': control }) }
}

/** The right page, unless the request has it fail. */
function failing(control: string): CachedAppParts['routes'] {
  return {
    'GET /': ({ header }) => {
      const way = header('x-way')
      if (way === 'throw') throw new Error('of the handler')
      return way === undefined ? page('right', { 'cache-control': control }) : page('failed', {}, Number(way))
    },
  }
}
