import { countTrips, startRedis } from '@redstart/testing'
import type { Row } from '../benchmark.ts'
import type { Open } from './page-cache.ts'
import { pagesMade } from './payload.ts'

/** Round trips of one read of a hundred entries that are in Redis and not in memory. */
export async function tripsOfMany(contenders: readonly Open[]): Promise<Row> {
  const ids = Array.from({ length: 100 }, (_, id) => id)
  const counts = await counted(contenders, 0, async (one, trips) => {
    await Promise.all(ids.map((id) => one.read(id)))
    await one.many?.(ids)
    const before = trips()
    await one.many?.(ids)
    return trips() - before
  })
  return { name: 'many(100), round trips', unit: 'count', results: counts }
}

/** Loads of a hundred reads of one key at the same time that nothing is stored under. */
export async function loadsOfConcurrentMisses(contenders: readonly Open[]): Promise<Row> {
  const counts = await counted(contenders, 1000, async (one) => {
    await one.read(0)
    const before = pagesMade()
    await Promise.all(Array.from({ length: 100 }, () => one.read(1)))
    return pagesMade() - before
  })
  return { name: '100 concurrent misses of one key, loads', unit: 'count', results: counts }
}

async function counted(
  contenders: readonly Open[],
  inMemory: number,
  count: (one: ReturnType<Open>, trips: () => number) => Promise<number>,
): Promise<Row['results']> {
  const results: { name: string; figure: number; ratio: number }[] = []
  for (const open of contenders) {
    const server = await startRedis()
    const proxy = await countTrips(server.url)
    const one = open({ url: proxy.url, inMemory, tags: 1 })
    try {
      const figure = await count(one, () => proxy.trips())
      results.push({ name: one.name, figure, ratio: figure / (results[0]?.figure ?? figure) })
    } finally {
      await one.close()
      await proxy.close()
      await server.stop()
    }
  }
  return results
}
