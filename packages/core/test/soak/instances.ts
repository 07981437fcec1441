import { Redis as Redis5 } from 'ioredis-5'
import { type Backend, createRedstart, type Redstart, type RedstartOptions } from '../../src/index.ts'
import { memory } from '../../src/memory/index.ts'
import { redis } from '../../src/redis/index.ts'

/** Instances of one app, of every kind there is. */
export interface Instances {
  /** All that are open. */
  readonly open: readonly Redstart[]
  /** Closes one of them and opens another in its place. */
  renew(): Promise<void>
  close(): Promise<void>
}

/** How many of them reach Redis by an address of their own. */
export const CONNECTED = 5

/** Few of everything, so that what is bounded reaches its bounds within seconds. */
const COMMON: RedstartOptions = {
  app: 'soak',
  deadline: 100,
  maxStaleness: 300,
  l1: { maxEntries: 500, maxBytes: 1024 * 1024 },
  namespaces: { page: { ttl: '2s', stale: '5s' } },
}
const MARKERS = 5000
/** More namespaces than are counted apart. */
const NAMESPACES = 1100

/** @param urls of the same Redis, {@link CONNECTED} of them. */
export async function openInstances(urls: readonly string[]): Promise<Instances> {
  const [plain = '', pool = '', given = '', strict = '', renewed = ''] = urls
  const client = new Redis5(given, { lazyConnect: true })
  const lasting = [
    instance(connected(plain), { logger: SILENT }),
    instance(connected(pool, 2), { outage: 'serve' }),
    instance(redis(client)),
    instance(connected(strict), { consistency: 'strict' }),
    instance(memory({ markers: MARKERS, maxEntries: 1000 })),
  ]
  const short = (): Redstart => instance(connected(renewed))
  let newest = short()
  await Promise.all(lasting.map(useNamespaces))
  return {
    get open() {
      return [...lasting, newest]
    },
    async renew() {
      const old = newest
      newest = short()
      await old.close()
    },
    async close() {
      await Promise.all([...lasting, newest].map((each) => each.close()))
    },
  }
}

function instance(backend: Backend, options: RedstartOptions = {}): Redstart {
  return createRedstart({ ...COMMON, ...options, backend })
}

function connected(url: string, poolSize = 1): Backend {
  return redis({ url, poolSize, markers: MARKERS, connectTimeout: '1s', breaker: { openFor: 100, longest: 500 } })
}

async function useNamespaces({ cache }: Redstart): Promise<void> {
  await Promise.all(Array.from({ length: NAMESPACES }, (_, number) => cache.namespace(`first-${number}`).get('key')))
}

const SILENT = { debug() {}, info() {}, warn() {}, error() {} }
