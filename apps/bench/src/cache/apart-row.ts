import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { startRedis } from '@redstart/testing'
import type { Row } from '../benchmark.ts'
import { compare, type Contender, type Pace } from '../rounds.ts'
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
  const all: Apart[] = []
  try {
    for (const name of NAMES) all.push(await Apart.start([name, server.url, String(together)]))
    // In a process of its own nobody else has code compiled that it uses as well; and after a rest V8 starts small again.
    const results = await compare(all, {
      rounds: Math.ceil(pace.rounds * 0.6),
      milliseconds: pace.milliseconds * 8,
      warmUp: (pace.warmUp ?? 1000) * 12,
    })
    for (const { name, pages } of all)
      if (pages > KEYS) throw new Error(`${name} has made ${pages} pages: that is no row of hits`)
    return { name: together === 1 ? 'L2 hit, one at a time' : `L2 hit, ${together} at a time`, results }
  } finally {
    for (const one of all) one.end()
    await server.stop()
  }
}

/** A cache in a process of its own. */
class Apart implements Contender {
  readonly name: string
  readonly #child: ChildProcess
  /** Made so far. */
  pages = 0

  private constructor(child: ChildProcess, name: string) {
    this.#child = child
    this.name = name
  }

  static async start(given: readonly string[]): Promise<Apart> {
    const child = fork(PROGRAM, given, { execArgv: [], env: { ...process.env, NODE_ENV: 'production' } })
    return new Apart(child, String(await wordOf(child)))
  }

  async run(operations: number): Promise<void> {
    const word = wordOf(this.#child)
    this.#child.send(operations)
    this.pages = Number(await word)
  }

  end(): void {
    if (this.#child.connected) this.#child.disconnect()
  }
}

async function wordOf(child: ChildProcess): Promise<unknown> {
  return await new Promise((resolve, reject) => {
    const failed = (): void => reject(new Error('the process of a cache ended'))
    child.once('exit', failed)
    child.once('message', (word) => {
      child.off('exit', failed)
      resolve(word)
    })
  })
}
