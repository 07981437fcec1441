import { createRedstart } from '@redstart/core'
import { redis } from '@redstart/core/redis'
import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { redisBusDriver, redisDriver } from 'bentocache/drivers/redis'
import { Redis } from 'ioredis'
import { Redis as Redis6 } from 'ioredis-6'
import { LRUCache } from 'lru-cache'
import type { Contender } from '../rounds.ts'
import { type MenuPage, menuPage } from './payload.ts'

/** A contender that has to be ended. */
export interface Opened extends Contender {
  close(): Promise<void>
}

/** Reads one of `keys` entries; the loader makes a page. */
type Read = (id: number) => Promise<MenuPage>

/** Reads in turn, one after the other or `together` at a time. */
function reader(name: string, read: Read, keys: number, together: number, close: () => Promise<void>): Opened {
  return {
    name,
    close,
    async run(operations) {
      for (let done = 0; done < operations; done += together) {
        if (together === 1) await read(done % keys)
        else await Promise.all(Array.from({ length: together }, (_, i) => read((done + i) % keys)))
      }
    },
  }
}

export interface ReadOptions {
  readonly url: string
  /** How many different entries are read. */
  readonly keys: number
  /** How many reads run at a time. */
  readonly together: number
  /** Whether memory may answer. */
  readonly l1: boolean
}

/** Redstart over Redis. Without `l1` one entry fits, so that each read of many goes to Redis. */
export function redstart({ url, keys, together, l1 }: ReadOptions): Opened {
  const instance = createRedstart({ backend: redis(url), app: 'bench', ...(!l1 && { l1: { maxEntries: 1 } }) })
  const load = (id: number) => (): MenuPage => menuPage(id)
  const read: Read = (id) => instance.cache.getOrSet(`page:${id}`, load(id), { ttl: '1h', tags: ['menu'] })
  return reader('redstart', read, keys, together, () => instance.close())
}

/** bentocache with plain objects in memory, the backplane, and Redis; or Redis alone, which spares it the memory tier. */
export function bentocache({ url, keys, together, l1 }: ReadOptions): Opened {
  const connection = new Redis(url)
  const store = l1
    ? bentostore()
        .useL1Layer(memoryDriver({ maxItems: 10_000, serialize: false }))
        .useL2Layer(redisDriver({ connection }))
        .useBus(
          redisBusDriver({
            connection: { host: connection.options.host ?? 'localhost', port: connection.options.port ?? 6379 },
          }),
        )
    : bentostore().useL2Layer(redisDriver({ connection }))
  const bento = new BentoCache({ default: 'menu', stores: { menu: store } })
  const read: Read = (id) =>
    bento.getOrSet({ key: `page:${id}`, ttl: '1h', tags: ['menu'], factory: () => menuPage(id) })
  return reader('bentocache', read, keys, together, async () => {
    await bento.disconnectAll()
    connection.disconnect()
  })
}

/** The floor of memory: a bare LRU without times, tags or other processes. */
export function lruCache({ keys, together }: ReadOptions): Opened {
  const lru = new LRUCache<string, MenuPage>({ max: 10_000 })
  async function read(id: number): Promise<MenuPage> {
    const key = `page:${id}`
    const found = lru.get(key)
    if (found !== undefined) return found
    const page = menuPage(id)
    lru.set(key, page)
    return page
  }
  return reader('lru-cache', read, keys, together, async () => undefined)
}

/** The floor of Redis: GET and JSON.parse, and SET on a miss. */
export function ioredis({ url, keys, together }: ReadOptions): Opened {
  const client = new Redis6(url)
  async function read(id: number): Promise<MenuPage> {
    const key = `bare:page:${id}`
    const found = await client.get(key)
    // What this function stored under the key is a page.
    if (found !== null) return JSON.parse(found) as MenuPage
    const page = menuPage(id)
    await client.set(key, JSON.stringify(page), 'PX', 3_600_000)
    return page
  }
  return reader('ioredis', read, keys, together, async () => {
    client.disconnect()
  })
}
