import { createRedstart } from '@redstart/core'
import { redis } from '@redstart/core/redis'
import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { redisBusDriver, redisDriver } from 'bentocache/drivers/redis'

/** One cache with memory in front of Redis, as one process of an application has it. */
export interface Instance {
  /** Reads an entry, whose one tag nothing else has; afterwards memory holds it. */
  read(entry: number): Promise<void>
  /** Invalidates the tag of an entry; resolves when Redis knows. */
  invalidate(entry: number): Promise<void>
  /** Calls back whenever this instance hears of an invalidation that another one made. */
  onHeard(callback: () => void): void
  close(): Promise<void>
}

export type InstanceName = 'redstart' | 'bentocache'

/** Opens an instance; all of one name share what is in the Redis of `url`. */
export function openInstance(name: InstanceName, url: string): Instance {
  return name === 'redstart' ? redstart(url) : bentocache(url)
}

/** As long as nobody waits for it: a busy machine must not make an operation fail that would only be slow. */
const DEADLINE = '5s'

function redstart(url: string): Instance {
  const instance = createRedstart({ backend: redis(url), app: 'bench', deadline: DEADLINE })
  return {
    async read(entry) {
      await instance.cache.getOrSet(`page:${entry}`, () => ({ entry }), { ttl: '1h', tags: [tagOf(entry)] })
    },
    async invalidate(entry) {
      await instance.invalidate({ tags: [tagOf(entry)] }, { require: 'all' })
    },
    onHeard(callback) {
      instance.events.subscribe((event) => {
        if (event.type === 'cache.invalidate' && event.remote) callback()
      })
    },
    close: () => instance.close(),
  }
}

/** What bentocache keeps the time of a tag's invalidation under. */
const BENTO_TAG = '___bc:t:'

/** Plain objects in memory, Redis, and the bus. */
function bentocache(url: string): Instance {
  const { hostname, port } = new URL(url)
  const connection = { host: hostname, port: Number(port) }
  const store = bentostore()
    .useL1Layer(memoryDriver({ maxItems: 10_000, serialize: false }))
    .useL2Layer(redisDriver({ connection }))
    .useBus(redisBusDriver({ connection }))
  const bento = new BentoCache({ default: 'pages', stores: { pages: store } })
  return {
    async read(entry) {
      await bento.getOrSet({ key: `page:${entry}`, ttl: '1h', tags: [tagOf(entry)], factory: () => ({ entry }) })
    },
    async invalidate(entry) {
      await bento.deleteByTag({ tags: [tagOf(entry)] })
    },
    onHeard(callback) {
      // Stored entries are told on the bus as well.
      bento.on('bus:message:received', ({ message }) => {
        if (message.keys.some((key) => key.startsWith(BENTO_TAG))) callback()
      })
    },
    close: () => bento.disconnectAll(),
  }
}

function tagOf(entry: number): string {
  return `page-${entry}`
}
