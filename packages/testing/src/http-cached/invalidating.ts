import { deepEqual, equal } from 'node:assert/strict'
import { purgePages } from '@redstart/core/http'
import { isHit, page, publicPage, textOf } from './answers.ts'
import { type CachedAdapterTest, type CachedAppParts, cachedTest, pageTest, type RunningCached } from './cached-test.ts'
import { gate } from './gate.ts'

export const invalidatingTests: readonly CachedAdapterTest[] = [
  pageTest(
    'what has a tag is dropped by it, and nothing else, however it came to have it',
    {
      options: { tags: ['all'] },
      routes: {
        'GET /handler': ({ cacheTags }) => {
          cacheTags('one', 'two')
          return publicPage('handler')
        },
        'GET /lifetime': ({ cacheFor }) => {
          cacheFor({ ttl: '1m', tags: ['one'] })
          return page('lifetime')
        },
        'GET /cache-tag': () => publicPage('cache-tag', { 'cache-tag': 'one, two' }),
        'GET /surrogate-key': () => publicPage('surrogate-key', { 'surrogate-key': 'two one' }),
        'GET /cache-groups': () => publicPage('cache-groups', { 'cache-groups': '"one"' }),
        'GET /other': () => publicPage('other', { 'cache-tag': 'three' }),
      },
    },
    async (app) => {
      const tagged = ['/handler', '/lifetime', '/cache-tag', '/surrogate-key', '/cache-groups']
      const all = [...tagged, '/other']
      for (const path of all) {
        const { headers } = await app.ask(path)
        deepEqual([headers['cache-tag'], headers['surrogate-key']], [undefined, undefined])
      }
      deepEqual(await hitsOf(app, all), all)
      await app.redstart.invalidate({ tags: ['one'] })
      deepEqual(await hitsOf(app, all), ['/other'])
      deepEqual(await hitsOf(app, all), all)
      await app.redstart.invalidate({ tags: ['all'] })
      deepEqual(await hitsOf(app, all), [])
    },
  ),

  pageTest(
    'whoever stands in front is told the tags, made or from the cache',
    {
      options: { tags: ['all'], tagHeaders: ['cache-tag', 'surrogate-key', 'cache-groups'] },
      routes: { 'GET /': () => publicPage('told', { 'cache-tag': 'one' }) },
    },
    async ({ ask }) => {
      for (let n = 0; n < 2; n++) {
        const { headers } = await ask('/')
        deepEqual(
          [headers['cache-tag'], headers['surrogate-key'], headers['cache-groups']],
          ['all, one', 'all one', '"all", "one"'],
        )
      }
    },
  ),

  cachedTest('a page is dropped by its URL, all of its variants, and no other page', async ({ start }) => {
    const app = await start({
      options: { user: (header) => header('x-user') },
      routes: {
        'GET /page': ({ target, header }) =>
          publicPage(`${target} ${header('accept-language')}`, { vary: 'Accept-Language' }),
        'GET /page/below': () => publicPage('below'),
      },
    })
    const askAll = async (path: string): Promise<readonly boolean[]> => {
      const hits: boolean[] = []
      for (const user of ['ada', 'bob'])
        for (const language of ['en', 'de'])
          hits.push(isHit(await app.ask(path, { headers: { 'x-user': user, 'accept-language': language } })))
      return hits
    }
    const paths = ['/page', '/page?a=1&b=2', '/page/below']
    for (const path of paths) await askAll(path)
    await purgePages(app.redstart, ['/page?b=2&a=1'])
    const [none, all] = [Array.from({ length: 4 }, () => false), Array.from({ length: 4 }, () => true)]
    deepEqual(await Promise.all(paths.map(askAll)), [all, none, all])
    await purgePages(app.redstart, ['/page'])
    deepEqual(await Promise.all(paths.map(askAll)), [none, all, all])
  }),

  ...(
    [
      ['POST', 200],
      ['PUT', 204],
      ['DELETE', 200],
      ['POST', 303],
    ] as const
  ).map(([method, status]) =>
    pageTest(
      `${method} that succeeds drops what it changes, before its answer leaves: ${status}`,
      { routes: changing(status) },
      async (app) => {
        const paths = ['/thing', '/list', '/other', '/grouped', '/elsewhere']
        for (const path of paths) await app.ask(path)
        deepEqual(await hitsOf(app, paths), paths)
        equal((await app.ask('/thing', { method })).status, status)
        deepEqual(await hitsOf(app, paths), ['/other', '/elsewhere'])
      },
    ),
  ),

  ...([400, 404, 500] as const).map((status) =>
    pageTest(`what fails drops nothing: ${status}`, { routes: changing(status) }, async (app) => {
      const paths = ['/thing', '/list', '/grouped']
      for (const path of paths) await app.ask(path)
      equal((await app.ask('/thing', { method: 'POST' })).status, status)
      deepEqual(await hitsOf(app, paths), paths)
    }),
  ),

  cachedTest('what is made of something that changes meanwhile is served to nobody later', async ({ start }) => {
    const made = gate()
    let version = 1
    const app = await start({
      options: { tags: ['dish'] },
      routes: {
        'GET /': async () => {
          const read = version
          if (read === 1) await made.passed
          return publicPage(`v${read}`)
        },
      },
    })
    const early = app.ask('/')
    while (app.runs('/') === 0) await app.ask('/none')
    version = 2
    await app.redstart.invalidate({ tags: ['dish'] })
    made.open()
    equal(textOf(await early), 'v1')
    equal(textOf(await app.ask('/')), 'v2')
  }),
]

/** A thing and what tells of it; what changes it names the others. */
function changing(status: number): CachedAppParts['routes'] {
  const changed = (): ReturnType<typeof page> =>
    page(
      '',
      {
        location: status === 303 ? '/list' : 'http://elsewhere.example/elsewhere',
        'content-location': status === 303 ? 'http://elsewhere.example/elsewhere' : '/list',
        'cache-group-invalidation': '"group"',
      },
      status,
    )
  return {
    'GET /thing': () => publicPage('thing'),
    'GET /list': () => publicPage('list'),
    'GET /other': () => publicPage('other'),
    'GET /elsewhere': () => publicPage('elsewhere'),
    'GET /grouped': () => publicPage('grouped', { 'cache-groups': '"group"' }),
    'POST /thing': changed,
    'PUT /thing': changed,
    'DELETE /thing': changed,
  }
}

/** Those that came from the cache. */
async function hitsOf(app: RunningCached, paths: readonly string[]): Promise<readonly string[]> {
  const hits: string[] = []
  for (const path of paths) if (isHit(await app.ask(path))) hits.push(path)
  return hits
}
