import { Buffer } from 'node:buffer'
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { faultProxy, type FaultProxy } from '../faults/fault-proxy.ts'
import { eventually } from '../http/client.ts'
import { isHit, page, PUBLIC, publicPage, said, textOf } from './answers.ts'
import {
  type CachedAppParts,
  type CachedRedisTest,
  type CachedTestParts,
  type Handler,
  redisTest,
  type RunningCached,
} from './cached-test.ts'
import { gate } from './gate.ts'
import { inTwo, isNotDelayed } from './streams.ts'

type Parts = CachedTestParts & { readonly url: string }

/** What a response cache does beyond its process. */
export const cachedRedisTests: readonly CachedRedisTest[] = [
  redisTest(
    'two instances over one Redis run each page once at most each, and serve what the other stored',
    async (parts) => {
      const [one, two] = await pairOf(parts, { 'GET /*': ({ target }) => publicPage(target) })
      const pages = Array.from({ length: 10 }, (_, n) => `/page/${n}`)
      await Promise.all(
        pages.flatMap((path) =>
          Array.from({ length: 20 }, async (_, n) => equal(textOf(await (n % 2 === 0 ? one : two).ask(path)), path)),
        ),
      )
      await eventually(() => writtenBy(one) >= pages.filter((path) => one.runs(path) > 0).length, 'Redis to have all')
      for (const path of pages) ok(one.runs(path) <= 1 && two.runs(path) <= 1, `${one.runs(path)}, ${two.runs(path)}`)
      const stored = writtenBy(one)
      await one.ask('/shared')
      await areWritten(one, stored + 1)
      for (const app of [two, one, two]) ok(isHit(await app.ask('/shared')))
      deepEqual([one.runs('/shared'), two.runs('/shared')], [1, 0])
    },
  ),

  redisTest('variants and what belongs to a user are found by the other instance', async (parts) => {
    const [one, two] = await pairOf(
      parts,
      {
        'GET /': ({ header }) =>
          publicPage(`${header('x-user')} ${header('accept-language')}`, { vary: 'Accept-Language' }),
      },
      { user: (header) => header('x-user') },
    )
    for (const app of [one, two]) {
      for (const user of ['ada', 'bob'])
        for (const language of ['en', 'de']) {
          const headers = { 'x-user': user, 'accept-language': language }
          equal(textOf(await app.ask('/', { headers })), `${user} ${language}`)
        }
      // Of two users, two lists of what varies and two variants.
      if (app === one) await areWritten(one, 6)
    }
    deepEqual([one.runs('/'), two.runs('/')], [4, 0])
  }),

  redisTest('what one instance invalidates the other serves no more', async (parts) => {
    let version = 0
    const [one, two] = await pairOf(parts, {
      'GET /thing': ({ cacheTags }) => {
        cacheTags('thing')
        return publicPage(`v${++version}`)
      },
      'POST /thing': () => page('changed'),
      'GET /other': () => publicPage('other'),
    })
    const drop = [
      async () => await one.redstart.invalidate({ tags: ['thing'] }),
      async () => await one.ask('/thing', { method: 'POST' }),
    ]
    for (const dropIt of drop) {
      for (const app of [one, two, two]) await app.ask('/thing')
      await two.ask('/other')
      const before = textOf(await two.ask('/thing'))
      await dropIt()
      await eventually(async () => textOf(await two.ask('/thing')) !== before, 'the new one')
      ok(isHit(await two.ask('/other')))
    }
  }),

  redisTest('while Redis is silent pages are answered, and say so; afterwards all is as before', async (parts) => {
    const { app, proxy } = await cutApp(parts, { 'GET /*': ({ target }) => publicPage(target) })
    await app.ask('/page')
    proxy.set({ blackHole: true })
    await eventually(async () => said(await app.ask(`/${randomUUID()}`)).includes('store-unavailable'), 'the outage')
    const answer = await app.ask('/unknown')
    deepEqual([answer.status, textOf(answer)], [200, '/unknown'])
    match(said(answer), /^fwd=bypass;.* detail=store-unavailable$/)
    proxy.clear()
    await eventually(
      async () => !said(await app.ask(`/${randomUUID()}`)).includes('unavailable'),
      'the end of the outage',
    )
    await eventually(async () => isHit(await app.ask('/page')), 'a page from the cache')
  }),

  redisTest('while Redis refuses connections pages are answered', async (parts) => {
    const { app, proxy } = await cutApp(parts, { 'GET /*': ({ target }) => publicPage(target) })
    await app.ask('/page')
    proxy.set({ reset: true })
    for (let n = 0; n < 20; n++) equal(textOf(await app.ask(`/page/${n}`)), `/page/${n}`)
    proxy.clear()
    await eventually(async () => {
      const path = `/${randomUUID()}`
      await app.ask(path)
      return isHit(await app.ask(path))
    }, 'the end of the outage')
  }),

  redisTest('a request spends one deadline on a silent Redis, whatever it asks there', async (parts) => {
    const { app, proxy } = await cutApp(parts, { 'GET /': () => publicPage('page', { vary: 'Accept-Language' }) }, '1s')
    await app.ask('/')
    proxy.set({ blackHole: true })
    // An order of magnitude above what it is.
    const late = new AbortController()
    const inTime = setTimeout(15_000, undefined, { signal: late.signal }).then(
      () => false,
      () => true,
    )
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_, n) => await app.ask('/', { headers: { 'accept-language': `l${n}` } })),
    )
    for (const answer of answers) equal(answer.status, 200)
    late.abort()
    ok(await inTime, 'the answers took too long')
  }),

  redisTest('what was invalidated during an outage holds afterwards', async (parts) => {
    let version = 1
    const { app, proxy, direct } = await cutApp(parts, {
      'GET /': ({ cacheTags }) => {
        cacheTags('dish')
        return publicPage(`v${version}`)
      },
    })
    for (const one of [app, direct]) equal(textOf(await one.ask('/')), 'v1')
    proxy.set({ reset: true })
    version = 2
    await app.redstart.invalidate({ tags: ['dish'] }).catch(() => undefined)
    equal(textOf(await app.ask('/')), 'v2')
    proxy.clear()
    await eventually(async () => textOf(await direct.ask('/')) === 'v2', 'the other instance to hear of it')
    equal(textOf(await app.ask('/')), 'v2')
  }),

  redisTest('the first piece is there while the handler goes on and Redis is silent', async (parts) => {
    const rest = gate()
    const { app, proxy } = await cutApp(parts, { 'GET /': () => inTwo('pipe', rest) }, '300ms')
    proxy.set({ blackHole: true })
    await isNotDelayed(app, rest)
  }),

  redisTest('a body of 10 MB is the same from Redis', async (parts) => {
    const bytes = Buffer.alloc(10_000_000, 'abc\u0000\u00ff', 'latin1')
    const [one, two] = await pairOf(
      parts,
      { 'GET /': () => ({ headers: [['cache-control', PUBLIC]], body: { way: 'send', bytes } }) },
      { maxBodyBytes: 16 * 1024 * 1024 },
    )
    await one.ask('/')
    await areWritten(one, 1)
    const answer = await two.ask('/')
    ok(isHit(answer) && answer.body.equals(bytes), `${said(answer)}, ${answer.body.length} bytes`)
  }),
]

/** How many entries Redis has taken. */
function writtenBy({ events }: RunningCached): number {
  return events.filter((event) => event.type === 'cache.write' && event.outcome === 'stored').length
}

/** An answer may leave before Redis has it. */
async function areWritten(app: RunningCached, count: number): Promise<void> {
  await eventually(() => writtenBy(app) >= count, 'Redis to have it')
}

/** Two instances over one Redis, each with an app of its own. */
async function pairOf(
  { start, url }: Parts,
  routes: Readonly<Record<string, Handler>>,
  options: CachedAppParts['options'] = {},
): Promise<readonly [RunningCached, RunningCached]> {
  const parts = { url, routes, options, redstart: { app: `app-${randomUUID()}` } }
  return [await start(parts), await start(parts)]
}

interface Cut {
  readonly app: RunningCached
  readonly proxy: FaultProxy
  /** Another instance of it, whose way to Redis is whole. */
  readonly direct: RunningCached
}

async function cutApp(
  { start, url, onEnd }: Parts,
  routes: Readonly<Record<string, Handler>>,
  deadline: '300ms' | '1s' = '300ms',
): Promise<Cut> {
  const proxy = await faultProxy(url)
  onEnd(async () => await proxy.stop())
  const app = `app-${randomUUID()}`
  const direct = await start({ url, routes, redstart: { app } })
  return { app: await start({ url: proxy.url, routes, redstart: { app, deadline } }), proxy, direct }
}
