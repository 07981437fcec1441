import { createRedstart } from '@redstart/core'
import { redis } from '@redstart/core/redis'
import { type Open, type OpenOptions, type PageCache, tagsOf } from './page-cache.ts'
import { menuPage } from './payload.ts'

/** `cache.getOrSet(key, load, { ttl, tags })` over Redis. One entry in memory is none where many are read in turn. */
export const redstart: Open = (options) => {
  const { instance, tags } = opened(options)
  const { cache } = instance
  return {
    name: 'Redstart',
    read: (id) => cache.getOrSet(`page:${id}`, () => menuPage(id), { ttl: '1h', tags }),
    set: (id) => cache.set(`page:${id}`, menuPage(id), { ttl: '1h', tags }),
    invalidate: () => instance.invalidate({ tags: ['menu'] }),
    close: () => instance.close(),
  }
}

/** The same as a definition, which knows its options beforehand. */
export const definition: Open = (options) => {
  const { instance, tags } = opened(options)
  const page = instance.cache.define('page', { key: (id: number) => id, ttl: '1h', tags }, menuPage)
  return {
    name: 'Redstart, define',
    read: (id) => page(id),
    many: (ids) => page.many(ids),
    close: () => instance.close(),
  } satisfies PageCache
}

function opened({ url, inMemory, tags }: OpenOptions) {
  const l1 = { maxEntries: Math.max(1, inMemory) }
  return { instance: createRedstart({ backend: redis(url), app: 'bench', l1 }), tags: tagsOf(tags) }
}
