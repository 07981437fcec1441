import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { IncrementalEntry, IncrementalValue, SetContext } from '@redstart/next/handlers'
import { describe, expect, it } from 'vitest'
import { madeHandlers } from '../made-handlers.ts'

const PAGE = { kind: 'APP_PAGE', isFallback: false } as const
const MINUTE = { revalidate: 60, expire: 31_536_000 } as const

function page(html: string, tags = 'menu,_N_T_/menu'): IncrementalValue & { kind: 'APP_PAGE' } {
  return {
    ...{ kind: 'APP_PAGE', html, headers: { 'x-next-cache-tags': tags }, status: undefined, postponed: undefined },
    ...{ rscData: Buffer.from([0, 255]), segmentData: new Map([['/_tree', Buffer.from('tree')]]) },
  }
}

function fetched(body: string, tags: string[] = []): IncrementalValue & { kind: 'FETCH' } {
  const data = { headers: { 'content-type': 'text/plain' }, body, url: 'http://db.example/menu', status: 200 }
  return { kind: 'FETCH', data, tags, revalidate: 60 }
}

const HERO: IncrementalValue = {
  kind: 'IMAGE',
  etag: 'e',
  upstreamEtag: 'u',
  buffer: Buffer.from('of this build'),
  extension: 'webp',
  revalidate: 14_400,
}

const now = (): number => performance.timeOrigin + performance.now()

describe('pages and fetches', () => {
  it('come back as they were, with their lifetime, in every request', async () => {
    await using made = madeHandlers()
    const { handlers: Handler } = made
    const request = new Handler({})
    expect(await request.get('/menu', PAGE)).toBeNull()
    const before = now()
    await request.set('/menu', page('<p>soup'), { cacheControl: MINUTE, isFallback: false })
    const entry = await new Handler({}).get('/menu', PAGE)
    expect(entry).toEqual({ value: page('<p>soup'), cacheControl: MINUTE, lastModified: expect.any(Number) })
    expect(entry?.lastModified).toBeGreaterThanOrEqual(before)
    expect(entry?.lastModified).toBeLessThanOrEqual(now())
  })

  it('are there at once where they are in memory, the same object for every request', async () => {
    await using made = madeHandlers()
    const first = new made.handlers({})
    await first.get('/menu', PAGE)
    await first.set('/menu', page('<p>soup'), { cacheControl: MINUTE, isFallback: false })
    await first.get('feed', { kind: 'FETCH' })
    await first.set('feed', fetched('c291cA=='), { fetchCache: true, tags: ['menu'] })
    const shown = (await first.get('/menu', PAGE))?.value
    const feed = { kind: 'FETCH', tags: ['menu'], softTags: ['_N_T_/menu'] } as const
    // Nothing is known of a tag that was never asked for.
    await first.get('feed', feed)
    let found = 0
    const count = (entry: IncrementalEntry | null): void => void (found += entry === null ? 0 : 1)
    const reads = [
      new made.handlers({}).get('/menu', PAGE).then(count),
      new made.handlers({}).get('feed', feed).then(count),
    ]
    await Promise.resolve()
    expect(found).toBe(2)
    await Promise.all(reads)
    expect((await new made.handlers({}).get('/menu', PAGE))?.value).toBe(shown)
  })

  it.each<[string, IncrementalValue | null, SetContext, 'APP_ROUTE' | 'PAGES' | 'IMAGE' | 'FETCH']>([
    ['route', { kind: 'APP_ROUTE', body: Buffer.from([255]), status: 200, headers: { a: ['b'] } }, {}, 'APP_ROUTE'],
    ['page', { kind: 'PAGES', html: '<p>', pageData: { a: [1] }, headers: undefined, status: 404 }, {}, 'PAGES'],
    ['redirect', { kind: 'REDIRECT', props: { to: '/' } }, {}, 'PAGES'],
    ['nothing', null, { kind: 'PAGES' }, 'PAGES'],
    [
      'image',
      { kind: 'IMAGE', etag: 'e', upstreamEtag: 'u', buffer: Buffer.from([1]), extension: 'png', revalidate: 60 },
      { kind: 'IMAGE' },
      'IMAGE',
    ],
    ['fetch', fetched('c291cA==', ['menu']), { fetchCache: true, tags: ['menu'] }, 'FETCH'],
  ])('of each kind come back: %s', async (key, value, context, kind) => {
    await using made = madeHandlers()
    const request = new made.handlers({})
    await request.get(key, { kind })
    await request.set(key, value, context)
    expect((await request.get(key, { kind }))?.value).toEqual(value)
  })

  it('are dropped by a tag, and by a path', async () => {
    await using made = madeHandlers()
    const request = new made.handlers({})
    for (const tag of ['menu', '_N_T_/menu']) {
      await request.get('/menu', PAGE)
      await request.set('/menu', page('<p>soup'), { cacheControl: MINUTE })
      expect(await request.get('/menu', PAGE)).not.toBeNull()
      await request.revalidateTag(tag)
      expect(await request.get('/menu', PAGE)).toBeNull()
    }
  })

  it.each([60, false] as const)('made stale are past their revalidation, but not their end: %s', async (revalidate) => {
    await using made = madeHandlers()
    const request = new made.handlers({})
    await request.get('/menu', PAGE)
    await request.set('/menu', page('<p>soup'), { cacheControl: { revalidate, expire: 3600 } })
    await request.revalidateTag(['menu'], { expire: 3600 })
    const entry = await request.get('/menu', PAGE)
    expect(entry?.value).toEqual(page('<p>soup'))
    const { lastModified = 0, cacheControl } = entry ?? {}
    expect(lastModified + Number(cacheControl?.revalidate) * 1000).toBeLessThan(now())
    expect(lastModified + Number(cacheControl?.expire) * 1000).toBeGreaterThan(now())
  })

  it('fetched are dropped by the tags of whoever reads them', async () => {
    await using made = madeHandlers()
    const request = new made.handlers({})
    const context = { kind: 'FETCH', revalidate: 60, tags: ['dish:1'], softTags: ['_N_T_/menu'] } as const
    for (const tag of ['dish:1', '_N_T_/menu']) {
      await request.get('hash', context)
      await request.set('hash', fetched('soup'), { fetchCache: true, tags: [] })
      expect((await request.get('hash', context))?.value).toMatchObject({ data: { body: 'soup' } })
      await request.revalidateTag(tag)
      expect(await request.get('hash', context)).toBeNull()
    }
  })

  it('fetched and made stale are older than they may be', async () => {
    await using made = madeHandlers()
    const request = new made.handlers({})
    const context = { kind: 'FETCH', revalidate: 120, tags: ['dish:1'] } as const
    await request.get('hash', context)
    await request.set('hash', fetched('soup'), { fetchCache: true, tags: ['dish:1'] })
    await request.revalidateTag('dish:1', { expire: 3600 })
    const { lastModified = Infinity } = (await request.get('hash', context)) ?? {}
    expect((now() - lastModified) / 1000).toBeGreaterThan(120)
  })

  it('that could not be made anew are not brought back by being kept once more', async () => {
    await using made = madeHandlers()
    const request = new made.handlers({})
    await request.get('/menu', PAGE)
    await request.set('/menu', page('<p>soup'), { cacheControl: MINUTE })
    const previous = await request.get('/menu', PAGE)
    await request.revalidateTag('menu')
    await request.set('/menu', previous?.value ?? null, { cacheControl: { revalidate: 3, expire: 31_536_000 } })
    expect(await request.get('/menu', PAGE)).toBeNull()
  })

  it('that could not be made anew are kept once more, until they are tried again', async () => {
    await using made = madeHandlers()
    const request = new made.handlers({})
    await request.get('/menu', PAGE)
    await request.set('/menu', page('<p>soup'), { cacheControl: MINUTE })
    const previous = await request.get('/menu', PAGE)
    await request.set('/menu', previous?.value ?? null, { cacheControl: { revalidate: 3, expire: 31_536_000 } })
    const again = await request.get('/menu', PAGE)
    expect(again).toMatchObject({ value: { html: '<p>soup' }, cacheControl: { revalidate: 3 } })
    expect(again?.lastModified).toBeGreaterThan(previous?.lastModified ?? Infinity)
  })

  it('begun before an invalidation are dropped by it', async () => {
    await using made = madeHandlers()
    const request = new made.handlers({})
    await request.get('/menu', PAGE)
    await request.revalidateTag('menu')
    await request.set('/menu', page('<p>old'), { cacheControl: MINUTE })
    expect(await request.get('/menu', PAGE)).toBeNull()
    await request.set('/menu', page('<p>new'), { cacheControl: MINUTE })
    expect(await request.get('/menu', PAGE)).not.toBeNull()
  })

  it('say what the request that revalidates them says', async () => {
    await using made = madeHandlers()
    const request = new made.handlers({})
    await request.get('/menu', PAGE)
    await request.set('/menu', page('<p>soup'), { cacheControl: MINUTE })
    expect(await new made.handlers({ revalidatedTags: ['menu'] }).get('/menu', PAGE)).toBeNull()
    expect(await new made.handlers({ revalidatedTags: ['other'] }).get('/menu', PAGE)).not.toBeNull()
  })

  it('end with their expiry', async () => {
    await using made = madeHandlers()
    const request = new made.handlers({})
    await request.get('/menu', PAGE)
    await request.set('/menu', page('<p>soup'), { cacheControl: { revalidate: 0.01, expire: 0.02 } })
    await setTimeout(50)
    expect(await request.get('/menu', PAGE)).toBeNull()
  })

  it('of other builds and deployments are others, fetches are not', async () => {
    await using made = madeHandlers()
    const folder = await mkdtemp(join(tmpdir(), 'redstart-next-'))
    const build = async (id: string): Promise<string> => {
      await mkdir(join(folder, id, 'server'), { recursive: true })
      await writeFile(join(folder, id, 'BUILD_ID'), `${id}\n`)
      return join(folder, id, 'server')
    }
    try {
      const [one, other] = [await build('one'), await build('other')]
      const request = new made.handlers({ serverDistDir: one })
      await request.get('/menu', PAGE)
      await request.set('/menu', page('<p>soup'), { cacheControl: MINUTE })
      await request.get('hash', { kind: 'FETCH' })
      await request.set('hash', fetched('soup'), { fetchCache: true })
      await request.get('hash of /hero.png', { kind: 'IMAGE' })
      await request.set('hash of /hero.png', HERO, { cacheControl: MINUTE })
      expect(await request.get('hash of /hero.png', { kind: 'IMAGE' })).toMatchObject({ value: HERO })
      expect(await new made.handlers({ serverDistDir: one }).get('/menu', PAGE)).not.toBeNull()
      const next = new made.handlers({ serverDistDir: other })
      expect(await next.get('/menu', PAGE)).toBeNull()
      expect(await next.get('hash of /hero.png', { kind: 'IMAGE' })).toBeNull()
      expect(await next.get('hash', { kind: 'FETCH' })).not.toBeNull()
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('too large are not kept', async () => {
    await using made = madeHandlers({}, { maxEntryBytes: 1000 })
    const request = new made.handlers({})
    await request.get('/menu', PAGE)
    await request.set('/menu', page('x'.repeat(1000)), { cacheControl: MINUTE })
    expect(await request.get('/menu', PAGE)).toBeNull()
  })
})
