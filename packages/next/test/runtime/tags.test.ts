import { describe, expect, it } from 'vitest'
import { invalidatedTags, sharedTags, tagsInHeaders } from '../../src/runtime/next-tags.ts'
import { madeHandlers } from '../made-handlers.ts'
import { fill, servedText } from '../use-cache/next-reads.ts'

const PAGE = { kind: 'APP_PAGE', isFallback: false } as const

describe('tags', () => {
  it('are those of Redstart, as Next.js and as others write them', () => {
    expect(sharedTags(['dish:42', 'gr%C3%B6%C3%9Fe', '100%', '%C3', '_N_RP_locale'])).toEqual([
      ...['dish:42', 'gr%C3%B6%C3%9Fe', 'größe', '100%', '%C3'],
    ])
  })

  it('that can be none in Redstart are hashed', () => {
    const [long, control, none] = sharedTags(['x'.repeat(257), '\n', ''])
    expect(new Set([long, control, none]).size).toBe(3)
    for (const tag of [long, control, none]) expect(tag).toMatch(/^_R_[\w-]{43}$/)
  })

  it('with commas are several in the header of a page', () => {
    expect(tagsInHeaders({ 'x-next-cache-tags': 'a,b' })).toEqual(['a', 'b'])
    expect(tagsInHeaders({ 'x-next-cache-tags': ['a', 'b'] })).toEqual(['a', 'b'])
    expect(tagsInHeaders({})).toEqual([])
    expect(tagsInHeaders(undefined)).toEqual([])
    expect(invalidatedTags(['a,b'])).toEqual(['a,b', 'a', 'b'])
  })

  it('that Next.js hands to each handler are invalidated once', async () => {
    await using made = madeHandlers()
    const heard: unknown[] = []
    made.redstart.onInvalidate((notice) => void heard.push(notice))
    const { handlers } = made
    await handlers.refreshTags()
    await Promise.all([
      handlers.updateTags(['menu', 'dish:1']),
      handlers.updateTags(['menu', 'dish:1']),
      new handlers({}).revalidateTag(['menu', 'dish:1']),
    ])
    expect(heard).toHaveLength(1)
    await Promise.all([handlers.updateTags(['menu']), handlers.updateTags(['menu'], { expire: 10 })])
    expect(heard).toHaveLength(3)
  })

  it('that another program invalidates drop what Next.js keeps, and the other way round', async () => {
    await using made = madeHandlers()
    const { handlers, redstart } = made
    const request = new handlers({})
    await fill(handlers, 'menu', { tags: ['gr%C3%B6%C3%9Fe'] })
    await request.get('/menu', PAGE)
    const headers = { 'x-next-cache-tags': 'gr%C3%B6%C3%9Fe' }
    await request.set('/menu', { kind: 'APP_ROUTE', body: Buffer.from('soup'), status: 200, headers }, {})
    expect(await servedText(handlers, 'menu')).toBe('menu')
    await redstart.invalidate({ tags: ['größe'] })
    expect(await servedText(handlers, 'menu')).toBeUndefined()
    expect(await request.get('/menu', PAGE)).toBeNull()

    let loads = 0
    const load = (): Promise<number> =>
      redstart.cache.getOrSet('dish:1', () => (loads += 1), { ttl: '1m', tags: ['größe'] })
    expect([await load(), await load()]).toEqual([1, 1])
    await handlers.updateTags(['gr%C3%B6%C3%9Fe'])
    expect(await load()).toBe(2)
  })
})
