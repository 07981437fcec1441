import { startRedis } from '@redstart/testing'
import type { Benchmark, Row } from '../benchmark.ts'
import { type Contender, compare, FULL, type Pace } from '../rounds.ts'
import { apartRow } from './apart-row.ts'
import { bytesPerEntry } from './memory.ts'
import { ioredis, lruCache } from './floors.ts'
import { definition, redstart } from './ours.ts'
import type { Open, OpenOptions, PageCache } from './page-cache.ts'
import { pagesMade } from './payload.ts'
import { asyncCacheDedupe, bentocache, cacheable, cacheManager, ocache } from './peers.ts'
import { loadsOfConcurrentMisses, tripsOfMany } from './counted.ts'
import { KEYS, oneByOne, type Work } from './work.ts'

const PEERS: readonly Open[] = [bentocache, cacheable, cacheManager, asyncCacheDedupe, ocache]
const IN_MEMORY = 10_000
/** A row of times: what is done, and by whom; the first is the baseline of the ratios. */
interface Timed {
  readonly name: string
  readonly inMemory: number
  readonly tags?: number
  readonly work: () => Work
  readonly contenders: readonly Open[]
  /** Whether nothing but hits is measured. */
  readonly hits?: boolean
}

const ROWS: readonly Timed[] = [
  {
    name: 'L1 hit',
    inMemory: IN_MEMORY,
    work: oneByOne,
    contenders: [redstart, definition, ...PEERS, lruCache],
    hits: true,
  },
  ...[0, 1, 5, 20].map((tags) => ({
    name: `L2 hit of an entry with ${tags} tag${tags === 1 ? '' : 's'}`,
    inMemory: 0,
    tags,
    work: oneByOne,
    contenders: [redstart, bentocache],
    hits: true,
  })),
  {
    name: 'many(100), in Redis',
    inMemory: 0,
    work: hundreds,
    contenders: [definition, cacheable, cacheManager, ioredis],
  },
  { name: 'miss, load and store', inMemory: IN_MEMORY, work: misses, contenders: [redstart, ...PEERS, ioredis] },
  {
    name: 'set',
    inMemory: IN_MEMORY,
    work: sets,
    contenders: [redstart, bentocache, cacheable, cacheManager, ioredis],
  },
  ...[10, 1000].map((entries) => ({
    name: `invalidate a tag of ${entries} entries`,
    inMemory: IN_MEMORY,
    work: () => invalidations(entries),
    contenders: [redstart, bentocache],
  })),
]

/** `await cache.getOrSet(key, load, { ttl, tags })` and what else a cache does, of 5.6 kB objects. */
export const cache: Benchmark = {
  name: 'cache',
  title: '`cache.getOrSet(key, load, { ttl, tags: [one] })` of a 5.6 kB object',
  published: true,
  notes: [
    'The floor is a bare lru-cache where memory answers, and a bare ioredis with JSON elsewhere. async-cache-dedupe has',
    'one store: memory for the rows of L1, miss and concurrent misses, Redis for L2. cacheable, cache-manager and ocache',
    'are measured without tags. For the first two rows of L2 each has a process of its own, as an application has that uses',
    'one of them, and 9 longer rounds; the others share one process.',
  ],
  async run(pace = FULL) {
    const rows: Row[] = []
    const [first, ...others] = ROWS
    if (first !== undefined) rows.push(await timed(first, pace))
    for (const together of [1, 64]) rows.push(await apartRow(together, pace))
    for (const row of others) rows.push(await timed(row, pace))
    rows.push(await tripsOfMany([definition, cacheable, cacheManager]))
    rows.push(await loadsOfConcurrentMisses([redstart, ...PEERS]))
    rows.push(await bytesPerEntry([redstart, ...PEERS, lruCache], pace.entries))
    return rows
  },
}

/** On a Redis of its own, so that no row finds what another left behind. */
async function timed({ name, inMemory, tags = 1, work, contenders, hits = false }: Timed, pace: Pace): Promise<Row> {
  const server = await startRedis()
  const options: OpenOptions = { url: server.url, inMemory, tags }
  const opened = contenders.map((open) => open(options))
  try {
    const before = pagesMade()
    const results = await compare(
      opened.map((one) => contender(one, work())),
      pace,
    )
    const loads = pagesMade() - before
    if (hits && loads > contenders.length * KEYS) throw new Error(`'${name}' is no row of hits: ${loads} loads`)
    return { name, results }
  } finally {
    for (const one of opened) await one.close()
    await server.stop()
  }
}

function contender(one: PageCache, work: Work): Contender {
  return { name: one.name, run: (operations) => work(one, operations) }
}

function hundreds(): Work {
  const ids = Array.from({ length: 100 }, (_, id) => id)
  let stored = false
  return async (one, operations) => {
    if (!stored) await Promise.all(ids.map((id) => one.read(id)))
    stored = true
    for (let done = 0; done < operations; done++) await one.many?.(ids)
  }
}

function misses(): Work {
  let next = 0
  return async (one, operations) => {
    for (let done = 0; done < operations; done++) await one.read(next++)
  }
}

function sets(): Work {
  return async (one, operations) => {
    for (let done = 0; done < operations; done++) await one.set?.(done % KEYS)
  }
}

function invalidations(entries: number): Work {
  let stored = false
  return async (one, operations) => {
    if (!stored) await Promise.all(Array.from({ length: entries }, (_, id) => one.read(id)))
    stored = true
    for (let done = 0; done < operations; done++) await one.invalidate?.()
  }
}
