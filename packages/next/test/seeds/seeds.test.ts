import { setTimeout } from 'node:timers/promises'
import { type IncrementalContext, type IncrementalEntry } from '@redstart/next/handlers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type MadeHandlers, madeHandlers } from '../made-handlers.ts'
import { keyOf, MadeBuild, type MadePage, PREVIEW } from './made-build.ts'

const MENU: MadePage = {
  path: '/menu',
  files: { '.html': '<p>built', '.rsc': 'flight' },
  meta: { headers: { 'x-next-cache-tags': 'menu,_N_T_/menu' } },
}
const PAGE = { kind: 'APP_PAGE', isFallback: false } as const
const RENDERED = {
  ...({ kind: 'APP_PAGE', html: '<p>rendered', rscData: undefined, postponed: undefined, status: undefined } as const),
  ...{ headers: { 'x-next-cache-tags': 'menu' }, segmentData: undefined },
}
const SETTINGS = { buildClockSkew: 1000 }

afterEach(() => void vi.unstubAllEnvs())

const now = (): number => performance.timeOrigin + performance.now()

/** A build that began after the app was last used, by a clock that is almost as much ahead as it may be. */
async function built(made: MadeHandlers, pages = [MENU], later = 990): Promise<MadeBuild> {
  await new made.handlers({}).get('used', PAGE)
  // Noted behind that.
  await expect.poll(() => made.redstart.cache.stats().namespaces['next']?.writes ?? 0).toBeGreaterThan(0)
  await setTimeout(20)
  return await MadeBuild.make(now() + later, pages)
}

function ask(made: MadeHandlers, server: IncrementalContext, page = MENU): Promise<IncrementalEntry | null> {
  return new made.handlers(server).get(keyOf(page), { ...PAGE, kind: page.kind ?? 'APP_PAGE' })
}

describe('pages that a build made', () => {
  it('are served, with their lifetime, until something of theirs is invalidated', async () => {
    await using made = madeHandlers({}, SETTINGS)
    const lifetime = { initialRevalidateSeconds: 3600, initialExpireSeconds: 86_400 }
    await using build = await built(made, [{ ...MENU, lifetime }])
    const { serverDistDir } = build
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask(made, { serverDistDir })))
    for (const entry of answers) {
      expect(entry).toMatchObject({ value: { html: '<p>built' }, cacheControl: { revalidate: 3600, expire: 86_400 } })
      expect(now() - (entry?.lastModified ?? 0)).toBeLessThan(60_000)
    }
    await made.redstart.invalidate({ tags: ['menu'] })
    expect(await ask(made, { serverDistDir })).toBeNull()
    expect(await ask(made, { serverDistDir })).toBeNull()
  })

  it('are not served where something of theirs was invalidated before the first request', async () => {
    await using made = madeHandlers({}, SETTINGS)
    await using build = await built(made)
    await made.redstart.invalidate({ tags: ['_N_T_/menu'] })
    expect(await ask(made, build)).toBeNull()
  })

  it('are stale where they were made stale before the first request', async () => {
    await using made = madeHandlers({}, SETTINGS)
    await using build = await built(made)
    await new made.handlers({}).revalidateTag('menu', { expire: 3600 })
    const entry = await ask(made, build)
    expect(entry?.value).toMatchObject({ html: '<p>built' })
    expect((entry?.lastModified ?? Infinity) + Number(entry?.cacheControl?.revalidate) * 1000).toBeLessThan(now())
  })

  it.each<[string, number, object?]>([
    ['nothing is known of the time when it began', -60_000],
    ['it began later than it is now', 3_600_000],
    ['the clocks may differ by more than is known of', 990, { buildClockSkew: 3000 }],
    ['nobody says how much the clocks may differ', 990, { buildClockSkew: undefined }],
    ['they are too large', 990, { maxEntryBytes: 100 }],
  ])('are not served where %s', async (_, later, settings = {}) => {
    await using made = madeHandlers({}, { ...SETTINGS, ...settings })
    await using build = await built(made, [MENU], later)
    expect(await ask(made, build)).toBeNull()
  })

  it.each<[string, Partial<MadePage>, string?]>([
    ['have come to their end', { lifetime: { initialRevalidateSeconds: 1, initialExpireSeconds: -10 } }],
    ['are of no route of the build', {}, '{"routes":{},"dynamicRoutes":{},"preview":{"previewModeId":"a"}}'],
    ['are of a build without a manifest', {}, 'nothing'],
    ['are of a manifest that says nothing of previews', {}, '{"routes":{}}'],
  ])('are not served where they %s', async (_, changed, manifest) => {
    await using made = madeHandlers({}, SETTINGS)
    await using build = await built(made, [{ ...MENU, ...changed }])
    if (manifest !== undefined) await build.write('prerender-manifest.json', manifest)
    expect(await ask(made, build)).toBeNull()
  })

  it('are not served in development, nor of a build that says nothing of itself', async () => {
    await using made = madeHandlers({}, SETTINGS)
    await using build = await built(made)
    vi.stubEnv('NODE_ENV', 'development')
    expect(await ask(made, build)).toBeNull()
    vi.unstubAllEnvs()
    for (const record of ['{"version":2,"begun":1}', '{"version":1}', '']) {
      await using other = await built(made)
      await other.write('server/app/redstart-build.json', record)
      expect(await ask(made, other)).toBeNull()
    }
  })

  it('do not take the place of what was rendered since', async () => {
    await using made = madeHandlers({}, SETTINGS)
    await using build = await built(made)
    const { serverDistDir } = build
    const request = new made.handlers({ serverDistDir, _requestHeaders: { 'x-prerender-revalidate': 'guessed' } })
    await request.set(keyOf(MENU), RENDERED, {})
    expect(await ask(made, build)).toMatchObject({ value: { html: '<p>rendered' } })
  })

  it('do not come back where res.revalidate() has replaced them and that was forgotten', async () => {
    await using made = madeHandlers({}, SETTINGS)
    await using build = await built(made, [{ ...MENU, kind: 'PAGES', files: { '.html': '<p>built', '.json': '{}' } }])
    const page = { ...MENU, kind: 'PAGES' } as const
    const { serverDistDir } = build
    expect(await ask(made, build, page)).not.toBeNull()
    const value = { kind: 'PAGES', html: '<p>new', pageData: {}, headers: undefined, status: undefined } as const
    const request = new made.handlers({ serverDistDir, _requestHeaders: { 'x-prerender-revalidate': PREVIEW } })
    await request.set(keyOf(page), value, { cacheControl: { revalidate: 0.01, expire: 0.02 } })
    await expect.poll(() => ask(made, build, page)).toBeNull()
    expect(await ask(made, build, page)).toBeNull()
  })

  it('come back where somebody only says that he is Next.js', async () => {
    await using made = madeHandlers({}, SETTINGS)
    await using build = await built(made)
    const { serverDistDir } = build
    const request = new made.handlers({ serverDistDir, _requestHeaders: { 'x-prerender-revalidate': 'guessed' } })
    await request.set(keyOf(MENU), RENDERED, { cacheControl: { revalidate: 0.01, expire: 0.02 } })
    await expect.poll(() => ask(made, build)).toMatchObject({ value: { html: '<p>built' } })
  })
})
