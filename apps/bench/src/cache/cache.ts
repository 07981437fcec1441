import { startRedis } from '@redstart/testing'
import type { Benchmark, Row } from '../benchmark.ts'
import { compare } from '../rounds.ts'
import { pagesMade } from './payload.ts'
import { bentocache, ioredis, lruCache, type Opened, type ReadOptions, redstart } from './contenders.ts'

type Open = (options: ReadOptions) => Opened

const ROUNDS = { rounds: 15, milliseconds: 120 }

/** A row's reads, and who does them; the first is the baseline of the ratios. */
const ROWS: readonly {
  readonly name: string
  readonly options: Omit<ReadOptions, 'url'>
  readonly contenders: readonly Open[]
}[] = [
  {
    name: 'L1 hit, one after the other',
    options: { keys: 100, together: 1, l1: true },
    contenders: [redstart, bentocache, lruCache],
  },
  {
    name: 'L2 hit, one after the other',
    options: { keys: 200, together: 1, l1: false },
    contenders: [redstart, bentocache, ioredis],
  },
  {
    name: 'L2 hit, 50 at a time',
    options: { keys: 200, together: 50, l1: false },
    contenders: [redstart, bentocache, ioredis],
  },
]

/** `await cache.getOrSet(key, load, { ttl, tags: [one] })` of a 5.6 kB object that memory or Redis has. */
export const cache: Benchmark = {
  name: 'cache',
  title: 'getOrSet with a ttl and one tag, a 5.6 kB object',
  async run() {
    const server = await startRedis()
    const rows: Row[] = []
    try {
      for (const { name, options, contenders } of ROWS) {
        const before = pagesMade()
        const opened = contenders.map((open) => open({ ...options, url: server.url }))
        rows.push({ name, results: await compare(opened, ROUNDS) })
        const loads = pagesMade() - before
        if (loads > contenders.length * options.keys) throw new Error(`'${name}' is no row of hits: ${loads} loads`)
        for (const contender of opened) await contender.close()
      }
    } finally {
      await server.stop()
    }
    return rows
  },
}
