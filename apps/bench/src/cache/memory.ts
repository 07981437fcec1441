import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { startRedis } from '@redstart/testing'
import type { Row } from '../benchmark.ts'
import type { Open, PageCache } from './page-cache.ts'

/** Entries are stored so many at a time; their number is a multiple of it. */
const TOGETHER = 20

/** What one more entry takes in memory, key and value included: the heap with twice as many over the heap with once. */
export async function bytesPerEntry(contenders: readonly Open[], entries: number): Promise<Row> {
  const collect = collector()
  const results: { name: string; figure: number; ratio: number }[] = []
  for (const open of contenders) {
    const server = await startRedis()
    const one = open({ url: server.url, inMemory: 4 * entries, tags: 1 })
    try {
      const used: number[] = []
      for (const part of [0, 1]) {
        await fill(one, part * entries, (part + 1) * entries)
        // What runs behind the reads' backs ends first.
        await new Promise((resolve) => setTimeout(resolve, 200))
        used.push(collect())
      }
      const figure = ((used[1] ?? 0) - (used[0] ?? 0)) / entries
      results.push({ name: one.name, figure, ratio: figure / (results[0]?.figure ?? figure) })
    } finally {
      await one.close()
      await server.stop()
    }
  }
  return { name: 'memory of one entry', unit: 'bytes', results }
}

async function fill(one: PageCache, from: number, to: number): Promise<void> {
  for (let id = from; id < to; id += TOGETHER)
    await Promise.all(Array.from({ length: TOGETHER }, (_, n) => one.read(id + n)))
}

/** Collects what is garbage and says what is left. */
function collector(): () => number {
  setFlagsFromString('--expose-gc')
  // Only a context that is made after the flag was set has the function.
  const gc = runInNewContext('gc') as () => void
  return () => {
    for (let round = 0; round < 3; round++) gc()
    const { heapUsed, external } = process.memoryUsage()
    return heapUsed + external
  }
}
