import { Redis } from 'ioredis-6'
import { LRUCache } from 'lru-cache'
import type { Open } from './page-cache.ts'
import { type MenuPage, menuPage } from './payload.ts'

/** The floor of memory: a bare LRU without times, tags or other processes. */
export const lruCache: Open = ({ inMemory }) => {
  const lru = new LRUCache<string, MenuPage>({ max: Math.max(1, inMemory) })
  return {
    name: 'bare lru-cache',
    async read(id) {
      const key = `page:${id}`
      const found = lru.get(key)
      if (found !== undefined) return found
      const page = menuPage(id)
      lru.set(key, page)
      return page
    },
    close: async () => undefined,
  }
}

/** The floor of Redis: GET and JSON.parse, SET on a miss. */
export const ioredis: Open = ({ url }) => {
  const client = new Redis(url)
  const set = (id: number, page: MenuPage): Promise<unknown> =>
    client.set(`bare:page:${id}`, JSON.stringify(page), 'PX', 3_600_000)
  return {
    name: 'bare ioredis',
    async read(id) {
      const found = await client.get(`bare:page:${id}`)
      // What this function stored under the key is a page.
      if (found !== null) return JSON.parse(found) as MenuPage
      const page = menuPage(id)
      await set(id, page)
      return page
    },
    set: (id) => set(id, menuPage(id)),
    many: async (ids) => {
      const found = await client.mget(ids.map((id) => `bare:page:${id}`))
      return found.map((text): unknown => (text === null ? undefined : JSON.parse(text)))
    },
    close: async () => client.disconnect(),
  }
}
