import type { GetContext } from '@redstart/next/handlers'
import { describe, expect, it } from 'vitest'
import { pathnameOf, readSeed } from '../../src/seeds/seed-files.ts'
import { keyOf, MadeBuild, type MadePage } from './made-build.ts'

const MENU: MadePage = {
  path: '/menu',
  files: { '.html': '<p>soup', '.rsc': 'flight', '.segments/_tree.segment.rsc': 'tree' },
  meta: { status: 200, headers: { 'x-next-cache-tags': 'menu' }, segmentPaths: ['/_tree'] },
}
const PAGE = { kind: 'APP_PAGE', isFallback: false } as const

async function read(page: MadePage, context: GetContext, key = keyOf(page)): Promise<unknown> {
  await using build = await MadeBuild.make(0, [page])
  return await readSeed({ serverDistDir: build.serverDistDir, key, context })
}

describe('pages that a build made', () => {
  it('are read whole', async () => {
    expect(await read(MENU, PAGE)).toEqual({
      ...{ kind: 'APP_PAGE', html: '<p>soup', status: 200, postponed: undefined },
      ...{ headers: { 'x-next-cache-tags': 'menu' }, rscData: Buffer.from('flight') },
      segmentData: new Map([['/_tree', Buffer.from('tree')]]),
    })
  })

  it('are read of every kind, and of the first page', async () => {
    const first = { path: '/', source: '/page', files: { '.html': '<p>', '.rsc': '' } }
    expect(await read(first, PAGE)).toMatchObject({ html: '<p>', segmentData: undefined })
    const route: MadePage = { kind: 'APP_ROUTE', path: '/feed.xml', files: { '.body': 'feed' }, meta: { status: 200 } }
    expect(await read(route, { kind: 'APP_ROUTE' })).toEqual({
      ...{ kind: 'APP_ROUTE', status: 200, headers: {}, body: Buffer.from('feed') },
    })
    const page: MadePage = { kind: 'PAGES', path: '/about', files: { '.html': '<p>', '.json': '{"a":1}' } }
    expect(await read(page, { kind: 'PAGES' })).toMatchObject({ kind: 'PAGES', html: '<p>', pageData: { a: 1 } })
  })

  it('are shells where they are postponed, for whoever renders by them', async () => {
    const shell = { ...MENU, files: { '.html': '<p>' }, meta: { headers: {}, postponed: 'rest' } }
    expect(await read(shell, { ...PAGE, isRoutePPREnabled: true })).toMatchObject({
      postponed: 'rest',
      rscData: undefined,
    })
    expect(await read(shell, PAGE)).toBeUndefined()
  })

  it('are read where Next.js writes them by their keys', async () => {
    await using build = await MadeBuild.make(0, [])
    const routeCache = { key: keyOf(MENU), owner: { kind: 'APP_PAGE', sourceRoute: '/menu/page' }, isFallback: false }
    await build.write(`server${keyOf(MENU)}.meta`, JSON.stringify({ routeCache }))
    await build.write(`server${keyOf(MENU)}.html`, '<p>')
    await build.write(`server${keyOf(MENU)}.rsc`, '')
    const { serverDistDir } = build
    expect(await readSeed({ serverDistDir, key: keyOf(MENU), context: PAGE })).toMatchObject({ html: '<p>' })
  })

  const routeCache = { key: keyOf(MENU), owner: { kind: 'APP_PAGE', sourceRoute: '/menu/page' }, isFallback: false }
  it.each<[string, Partial<MadePage>, GetContext?]>([
    ['is of another key', { meta: { routeCache: { ...routeCache, key: keyOf({ path: '/other' }) } } }],
    [
      'is of another route',
      { meta: { routeCache: { ...routeCache, owner: { ...routeCache.owner, sourceRoute: '/a' } } } },
    ],
    ['is of another kind', { meta: { routeCache: { ...routeCache, owner: { ...routeCache.owner, kind: 'PAGES' } } } }],
    ['says nothing of its key', { meta: { routeCache: undefined } }],
    ['is a fallback', { meta: { routeCache: { ...routeCache, isFallback: true } } }],
    ['is no fallback', {}, { ...PAGE, isFallback: true }],
    ['lacks a file', { files: { '.html': '<p>' } }],
    ['lacks a segment', { files: { '.html': '<p>', '.rsc': '' } }],
    ['has no numbers for a status', { meta: { ...MENU.meta, status: 'ok' } }],
    ['is nothing that is kept', {}, { kind: 'FETCH' }],
  ])('are none where what is there %s', async (_, changed, context = PAGE) => {
    expect(await read({ ...MENU, ...changed }, context, keyOf(MENU))).toBeUndefined()
  })

  it.each(['/menu', '/route-cache/APP_PAGE/x/$/menu', '', keyOf({ path: '/nothing' }), keyOf({ path: '/a\0b' })])(
    'are none for the key %j',
    async (key) => {
      expect(await read(MENU, PAGE, key)).toBeUndefined()
    },
  )

  it('are none outside of their folder, whatever says that they are', async () => {
    await using build = await MadeBuild.make(0, [])
    const page = { path: '/../../out', source: '/menu/page' }
    const own = { routeCache: { ...routeCache, key: keyOf(page) } }
    for (const [ending, text] of Object.entries({ '.html': '<p>', '.rsc': '', '.meta': JSON.stringify(own) }))
      await build.write(`out${ending}`, text)
    const { serverDistDir } = build
    expect(await readSeed({ serverDistDir, key: keyOf(page), context: PAGE })).toBeUndefined()
  })

  it('have the paths that the manifest has', () => {
    expect(pathnameOf(keyOf({ path: '/' }))).toBe('/')
    expect(pathnameOf(keyOf({ path: '/index/index' }))).toBe('/index')
    expect(pathnameOf(keyOf({ path: '/menu' }))).toBe('/menu')
    expect(pathnameOf('/menu')).toBeUndefined()
  })
})
