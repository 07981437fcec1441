import KeyvRedis from '@keyv/redis'
import { createCache as createDedupe } from 'async-cache-dedupe'
import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { redisBusDriver, redisDriver } from 'bentocache/drivers/redis'
import { createCache } from 'cache-manager'
import { Cacheable, KeyvCacheableMemory } from 'cacheable'
import { Redis } from 'ioredis'
import { Keyv } from 'keyv'
import { composeStorage, createMemoryStorage, defineCachedFunction, type StorageInterface } from 'ocache'
import { type Open, tagsOf } from './page-cache.ts'
import { menuPage } from './payload.ts'

const HOUR_MS = 3_600_000

/** bentocache with plain objects in memory, its bus, and Redis; or Redis alone, which spares it the memory tier. */
export const bentocache: Open = ({ url, inMemory, tags: count }) => {
  const connection = new Redis(url)
  const { host = 'localhost', port = 6379 } = connection.options
  const l2 = redisDriver({ connection })
  const store =
    inMemory > 0
      ? bentostore()
          .useL1Layer(memoryDriver({ maxItems: inMemory, serialize: false }))
          .useL2Layer(l2)
          .useBus(redisBusDriver({ connection: { host, port } }))
      : bentostore().useL2Layer(l2)
  const bento = new BentoCache({ default: 'menu', stores: { menu: store } })
  const tags = tagsOf(count)
  return {
    name: 'bentocache',
    read: (id) => bento.getOrSet({ key: `page:${id}`, ttl: '1h', tags, factory: () => menuPage(id) }),
    set: (id) => bento.set({ key: `page:${id}`, value: menuPage(id), ttl: '1h', tags }),
    invalidate: () => bento.deleteByTag({ tags: ['menu'] }),
    async close() {
      await bento.disconnectAll()
      connection.disconnect()
    },
  }
}

/** cacheable with its own memory, no copies, and Redis behind it. Its tags stay off: each read would go to Redis for them. */
export const cacheable: Open = ({ url, inMemory }) => {
  const secondary = new Keyv({ store: new KeyvRedis(url), namespace: 'cacheable', useKeyPrefix: false })
  const primary = new Keyv({ store: new KeyvCacheableMemory({ useClone: false, lruSize: inMemory }) })
  const cache = inMemory > 0 ? new Cacheable({ primary, secondary }) : new Cacheable({ primary: secondary })
  return {
    name: 'cacheable',
    read: (id) => cache.getOrSet(`page:${id}`, async () => menuPage(id), { ttl: HOUR_MS }),
    set: (id) => cache.set(`page:${id}`, menuPage(id), HOUR_MS),
    many: (ids) => cache.getMany(ids.map((id) => `page:${id}`)),
    close: () => cache.disconnect(),
  }
}

/** cache-manager over the same two stores. */
export const cacheManager: Open = ({ url, inMemory }) => {
  const far = new Keyv({ store: new KeyvRedis(url), namespace: 'manager', useKeyPrefix: false })
  const near = new Keyv({ store: new KeyvCacheableMemory({ useClone: false, lruSize: inMemory }) })
  const cache = createCache({ stores: inMemory > 0 ? [near, far] : [far], ttl: HOUR_MS })
  return {
    name: 'cache-manager',
    read: (id) => cache.wrap(`page:${id}`, () => menuPage(id)),
    set: (id) => cache.set(`page:${id}`, menuPage(id)),
    many: (ids) => cache.mget(ids.map((id) => `page:${id}`)),
    async close() {
      await cache.disconnect()
    },
  }
}

/** async-cache-dedupe in memory, or over Redis: it has one store. */
export const asyncCacheDedupe: Open = ({ url, inMemory, tags: count }) => {
  const client = new Redis(url)
  const tags = tagsOf(count)
  const storage =
    inMemory > 0
      ? ({ type: 'memory', options: { size: inMemory, invalidation: true } } as const)
      : ({ type: 'redis', options: { client, invalidation: { referencesTTL: 3600 } } } as const)
  const cache = createDedupe({ ttl: 3600, storage }).define('page', { references: () => tags }, async (id: number) =>
    menuPage(id),
  )
  return {
    name: 'async-cache-dedupe',
    read: (id) => cache.page(id),
    close: async () => client.disconnect(),
  }
}

/** ocache with its memory in front of Redis, or over Redis alone. It has no tags, and keeps values as JSON in Redis. */
export const ocache: Open = ({ url, inMemory }) => {
  const client = new Redis(url)
  const far: StorageInterface = {
    async get<T>(key: string) {
      const found = await client.get(`ocache:${key}`)
      // What `set` below stored under the key.
      return found === null ? null : (JSON.parse(found) as T)
    },
    async set(key, value, { ttl } = {}) {
      if (value === null) await client.unlink(`ocache:${key}`)
      else await client.set(`ocache:${key}`, JSON.stringify(value), 'EX', ttl ?? 3600)
    },
  }
  const storage = inMemory > 0 ? composeStorage([createMemoryStorage({ maxSize: inMemory }), far]) : far
  const read = defineCachedFunction(async (id: number) => menuPage(id), {
    name: 'page',
    getKey: String,
    maxAge: 3600,
    storage,
  })
  return { name: 'ocache', read: (id) => read(id), close: async () => client.disconnect() }
}
