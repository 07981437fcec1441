import { deflateSync } from 'node:zlib'
import { createCacheHandlers } from '@redstart/next/handlers'
import { describe, expect, it } from 'vitest'
import { madeHandlers } from '../made-handlers.ts'
import { keyOf, MadeBuild, type MadePage } from './made-build.ts'

const SHELL = { kind: 'APP_PAGE', isFallback: true, isRoutePPREnabled: true } as const
const STATE = '9:["state"]'

/** Of a route whose pages begin with their parameters; Next.js notes no lifetime for it. */
function dish(meta: object = {}, html = ''): MadePage {
  const path = '/dish/[slug]'
  const routeCache = {
    key: keyOf({ path }),
    owner: { kind: 'APP_PAGE', sourceRoute: `${path}/page` },
    isFallback: true,
  }
  const own = { routeCache, status: 200, postponed: `${STATE}eJwAAAA=`, segmentPaths: ['/_tree'], ...meta }
  return { path, files: { '.html': html, '.segments/_tree.segment.rsc': 'flight' }, meta: own, lifetime: {} }
}

/** What was read from caches, by its tags, as Next.js writes it. */
function resumeData({
  cache = [],
  fetch = [],
}: {
  readonly cache?: readonly (readonly string[])[]
  readonly fetch?: readonly (readonly string[] | undefined)[]
}): string {
  const entries = cache.map((tags, n) => [`cached ${n}`, { entry: { value: 'c291cA==', tags } }] as const)
  const fetches = fetch.map((tags, n) => [`fetched ${n}`, { kind: 'FETCH', data: {}, tags }] as const)
  const store = { cache: Object.fromEntries(entries), fetch: Object.fromEntries(fetches), encryptedBoundArgs: {} }
  return deflated({ store })
}

function deflated(json: object): string {
  return deflateSync(JSON.stringify(json)).toString('base64')
}

describe('a shell without HTML', () => {
  it('is served as it was built, without what it was made from, whatever was invalidated since', async () => {
    await using made = madeHandlers()
    await using build = await MadeBuild.make(0, [dish()])
    const ask = (): Promise<unknown> => new made.handlers(build).get(keyOf(dish()), SHELL)
    const expected = {
      value: { kind: 'APP_PAGE', html: '', postponed: `${STATE}null`, status: 200, segmentData: new Map() },
      cacheControl: { revalidate: false, expire: undefined },
    }
    expect(await ask()).toMatchObject(expected)
    await made.redstart.invalidate({ prefix: 'next:' })
    expect(await ask()).toMatchObject(expected)
  })

  it.each([
    ['nothing was read from caches', 'null', [], true],
    ['what was read has a tag that it has not', resumeData({ cache: [['dish:soup']] }), [], true],
    ['what was fetched has such a tag', resumeData({ fetch: [['dish:soup']] }), [], true],
    ['it has a tag of its own', 'null', ['menu'], false],
    ['what was read has its tags alone', resumeData({ cache: [['dish:soup'], ['_N_T_/dish/layout']] }), [], false],
    ['what was read has no tags', resumeData({ cache: [[]] }), [], false],
    ['what was fetched has none', resumeData({ fetch: [undefined] }), [], false],
    ['nobody knows what was read', 'eJwAAAA=', [], false],
    ['what was read is written in another way', deflated({ store: 5 }), [], false],
  ])('brings what is fetched beforehand only where that is code alone: %s', async (_, data, tags, brought) => {
    await using made = madeHandlers()
    const headers = { 'x-next-cache-tags': ['_N_T_/layout', '_N_T_/dish/layout', ...tags].join(',') }
    const page = dish({ headers, postponed: `${STATE}${data}` })
    await using build = await MadeBuild.make(0, [page])
    const segmentData = brought ? new Map([['/_tree', Buffer.from('flight')]]) : new Map()
    expect(await new made.handlers(build).get(keyOf(page), SHELL)).toMatchObject({
      value: { postponed: `${STATE}null`, segmentData },
    })
  })

  it('is served by handlers whose configuration cannot be read', async () => {
    await using build = await MadeBuild.make(0, [dish()])
    const settings = { id: 'bare shell', namespace: 'next', retention: 1000, maxEntryBytes: 1000, deploymentId: '' }
    const config = (): Promise<never> => Promise.reject(new Error('it is not there'))
    const handlers = createCacheHandlers({ config, settings })
    expect(await new handlers(build).get(keyOf(dish()), SHELL)).toMatchObject({ value: { html: '' } })
  })

  it.each([
    ['a page that is asked for as such', dish(), { ...SHELL, isFallback: false }],
    ['one that has HTML', dish({}, '<p>menu'), SHELL],
    ['one with nothing to go on with', dish({ postponed: undefined }), SHELL],
    ['one that says how to go on in another way', dish({ postponed: '99:short' }), SHELL],
    ['one that says nothing of a length', dish({ postponed: 'null' }), SHELL],
  ])('is not %s', async (_, page, context) => {
    await using made = madeHandlers()
    await using build = await MadeBuild.make(0, [page])
    expect(await new made.handlers(build).get(keyOf(page), context)).toBeNull()
  })
})
