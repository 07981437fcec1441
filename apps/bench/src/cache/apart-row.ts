import { join } from 'node:path'
import { startRedis } from '@redstart/testing'
import { Apart } from '../apart.ts'
import type { Row } from '../benchmark.ts'
import { apartFor, compare, type Pace } from '../rounds.ts'
import { KEYS } from './work.ts'

/** What is run is what the compiler wrote. */
const PROGRAM = join(import.meta.dirname, '../../dist/cache/apart.js')

/** The first is the baseline. */
const NAMES = [
  'redstart',
  'definition',
  'bentocache',
  'cacheable',
  'cacheManager',
  'asyncCacheDedupe',
  'ocache',
  'ioredis',
] as const

/** Hits beyond memory, by caches that each have a process of their own; so many are read at a time. */
export async function apartRow(together: number, pace: Pace): Promise<Row> {
  const server = await startRedis()
  const all: Apart<number>[] = []
  const pages = new Map<string, number>()
  try {
    for (const name of NAMES) {
      const heed = (made: number): void => void pages.set(name, made)
      all.push(await Apart.start(PROGRAM, [name, server.url, String(together)], heed))
    }
    const results = await compare(all, apartFor(pace))
    for (const [name, made] of pages)
      if (made > KEYS) throw new Error(`${name} has made ${made} pages: that is no row of hits`)
    return { name: together === 1 ? 'L2 hit, one at a time' : `L2 hit, ${together} at a time`, results }
  } finally {
    for (const one of all) one.end()
    await server.stop()
  }
}
