import { setTimeout } from 'node:timers/promises'
import type { UseCacheHandler } from '@redstart/next/handlers'
import { describe, expect, it } from 'vitest'
import { type Held, unique } from './contracted.ts'
import { entryOf, fill, nextReads, servedText, wallTime } from './next-reads.ts'

/** Invalidates. The handler of Next.js knows whole milliseconds only: of what happens within one, it does not know the order. */
async function updateTags(
  handler: UseCacheHandler,
  ...update: Parameters<UseCacheHandler['updateTags']>
): Promise<void> {
  await setTimeout(2)
  await handler.updateTags(...update)
  await setTimeout(2)
}

/** What is invalidated, by whatever tags. */
export function describeTags(held: Held): void {
  describe('tags', () => {
    it('drop what has one of them, and nothing else', async () => {
      const [tag, one, other] = [unique('tag'), unique('key'), unique('key')]
      await fill(held.handler, one, { tags: [unique('tag'), tag] })
      await fill(held.handler, other, { tags: [unique('tag')] })
      await updateTags(held.handler, [tag, unique('tag')])
      expect(await servedText(held.handler, one)).toBeUndefined()
      expect(await servedText(held.handler, other)).toBe('menu')
    })

    it('make stale what has one of them, once', async () => {
      const [tag, key] = [unique('tag'), unique('key')]
      await fill(held.handler, key, { tags: [tag] })
      await updateTags(held.handler, [tag], { expire: 3600 })
      expect(await servedText(held.handler, key)).toBe('menu (stale)')
      await fill(held.handler, key, { tags: [tag], text: 'new' })
      expect(await servedText(held.handler, key)).toBe('new')
    })

    it('drop what they made stale when its time is over', async () => {
      const [tag, key] = [unique('tag'), unique('key')]
      await fill(held.handler, key, { tags: [tag] })
      await updateTags(held.handler, [tag], { expire: 0.1 })
      await setTimeout(200)
      expect(await servedText(held.handler, key)).toBeUndefined()
    })

    it('make stale without an end where there is none', async () => {
      const [tag, key] = [unique('tag'), unique('key')]
      await fill(held.handler, key, { tags: [tag] })
      await updateTags(held.handler, [tag], {})
      expect(await servedText(held.handler, key)).toBe('menu (stale)')
    })

    it('drop for good what they dropped, whatever makes it stale later', async () => {
      const [tag, key] = [unique('tag'), unique('key')]
      await fill(held.handler, key, { tags: [tag] })
      await updateTags(held.handler, [tag])
      await updateTags(held.handler, [tag], { expire: 3600 })
      const deviated = held.deviates('a soft invalidation takes back a hard one')
      expect(await servedText(held.handler, key)).toBe(deviated ? 'menu (stale)' : undefined)
    })

    it('keep the earlier of two ends', async () => {
      const [tag, key] = [unique('tag'), unique('key')]
      await fill(held.handler, key, { tags: [tag] })
      await updateTags(held.handler, [tag], { expire: 0.1 })
      await updateTags(held.handler, [tag], { expire: 3600 })
      await setTimeout(200)
      const deviated = held.deviates('a later soft invalidation puts off the end of an earlier one')
      expect(await servedText(held.handler, key)).toBe(deviated ? 'menu (stale)' : undefined)
    })

    it('drop what was begun before and is kept after', async () => {
      const [tag, key] = [unique('tag'), unique('key')]
      await nextReads(held.handler, key)
      const entry = entryOf({ tags: [tag] })
      await updateTags(held.handler, [tag])
      await held.handler.set(key, Promise.resolve(entry))
      expect(await servedText(held.handler, key)).toBeUndefined()
    })

    it('leave what is made after', async () => {
      const [tag, key] = [unique('tag'), unique('key')]
      await fill(held.handler, key, { tags: [tag] })
      await updateTags(held.handler, [tag])
      await fill(held.handler, key, { tags: [tag], text: 'new' })
      expect(await servedText(held.handler, key)).toBe('new')
    })

    it('of whoever reads count as well', async () => {
      const [soft, key] = [`_N_T_/${unique('path')}`, unique('key')]
      await fill(held.handler, key)
      expect(await servedText(held.handler, key, [soft])).toBe('menu')
      await updateTags(held.handler, [soft])
      expect(await servedText(held.handler, key, [soft])).toBeUndefined()
      expect(await servedText(held.handler, key, [`${soft}/other`])).toBe('menu')
    })

    it('may be any text', async () => {
      for (const odd of ['', ' ', 'x'.repeat(256), '\u0001', 'a,b', 'gr%C3%B6', '\ud800']) {
        const [tag, key] = [odd + unique(''), unique('key')]
        await fill(held.handler, key, { tags: [tag] })
        expect((await nextReads(held.handler, key))?.tags).toEqual([tag])
        await updateTags(held.handler, [tag])
        expect(await servedText(held.handler, key)).toBeUndefined()
      }
    })

    it('may be very many', async () => {
      const key = unique('key')
      const tags = Array.from({ length: 128 }, () => unique('tag'))
      await fill(held.handler, key, { tags })
      expect((await nextReads(held.handler, key))?.tags).toEqual(tags)
      await updateTags(held.handler, tags.slice(-1))
      expect(await servedText(held.handler, key)).toBeUndefined()
    })

    it('that name parameters of the root come back', async () => {
      const key = unique('key')
      await fill(held.handler, key, { tags: ['_N_RP_locale'], text: '\u0000' })
      expect((await nextReads(held.handler, key))?.tags).toEqual(['_N_RP_locale'])
    })

    it('that nothing has may be invalidated, and none at all', async () => {
      await updateTags(held.handler, [unique('tag')])
      await updateTags(held.handler, [])
      expect(await held.handler.getExpiration([unique('tag')])).toBeOneOf([0, Infinity])
      expect(wallTime()).toBeGreaterThan(0)
    })
  })
}
