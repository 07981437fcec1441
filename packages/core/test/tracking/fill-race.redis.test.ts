import { setTimeout } from 'node:timers/promises'
import { type FaultProxy, faultProxy, type RedisServer, startRedis } from '@redstart/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createRedstart, type Redstart } from '../../src/index.ts'
import { TrackedKeys } from '../../src/invalidation/tracked-keys.ts'
import { redis } from '../../src/redis/index.ts'
import { ForeignWriter } from './foreign-writer.ts'

const APP = 'race'
const KEYS = 100
/** Replies and word of changes take up to so long, each on its own. */
const JITTER_MS = 25
const ROUNDS = process.env['REDSTART_SOAK'] === '1' ? 200 : 12
/** What memory has not followed by then, it never will. */
const LONGEST_MS = 1500

let server: RedisServer
let proxy: FaultProxy
let writer: ForeignWriter
let instance: Redstart

beforeEach(async () => {
  server = await startRedis()
  proxy = await faultProxy(server.url)
  writer = new ForeignWriter(server.port)
  // No proof comes to its end in a round: what is wrong stays wrong.
  instance = createRedstart({
    backend: redis({ url: proxy.url, poolSize: 3 }),
    app: APP,
    coherence: 'tracking',
    maxStaleness: '60s',
    deadline: '5s',
  })
  await writer.learn(`${APP}:default:pattern`, () => instance.cache.set('pattern', 'pattern'))
})
afterEach(async () => {
  vi.restoreAllMocks()
  await instance.close()
  writer.close()
  await proxy.stop()
  await server.stop()
})

/** What another program wrote last. */
const written = new Map<string, number>()
let writes = 0

async function write(key: string): Promise<void> {
  writes += 1
  const value = writes
  await writer.set(`${APP}:default:${key}`, value)
  written.set(key, value)
}

const read = (key: string): Promise<unknown> => instance.cache.get(key)
const keys: readonly string[] = Array.from({ length: KEYS }, (_, key) => `key${key}`)

const WRITES = 4
const READS = 12
const within = (ms: number): Promise<void> => setTimeout(Math.random() * ms)

/** All keys are written several times each, at any moment, while reads of them are on their way. */
async function race(): Promise<void> {
  await Promise.all(
    keys.map(async (key) => {
      const reads = Array.from({ length: READS }, () => within(4 * JITTER_MS).then(() => read(key)))
      for (let n = 0; n < WRITES; n++) {
        await within((2 * 4 * JITTER_MS) / WRITES)
        await write(key)
      }
      await Promise.all(reads)
    }),
  )
}

/** The keys that memory has another value of than Redis, and that it keeps so. */
async function neverFollowed(): Promise<readonly string[]> {
  const end = performance.now() + LONGEST_MS
  for (;;) {
    await setTimeout(JITTER_MS)
    const values = await Promise.all(keys.map(read))
    const wrong = keys.filter((key, n) => values[n] !== written.get(key))
    if (wrong.length === 0 || performance.now() > end) return wrong
  }
}

/** How many keys memory was wrong about for good, in the first round in which it was. */
async function wrongAfter(rounds: number): Promise<number> {
  for (let round = 0; round < rounds; round++) {
    await race()
    const wrong = await neverFollowed()
    if (wrong.length > 0) return wrong.length
  }
  return 0
}

describe('while word of a change overtakes replies to reads, and they it', () => {
  beforeEach(async () => {
    for (const key of keys) await write(key)
    await Promise.all(keys.map(read))
    proxy.set({ toClient: { latency: { ms: 0, jitter: JITTER_MS } } })
  })

  it('memory never keeps what was read before a change', async () => {
    expect(await wrongAfter(ROUNDS)).toBe(0)
    let l1 = 0
    instance.events.subscribe((event) => void (event.type === 'cache.hit' && event.tier === 'l1' && l1++))
    await Promise.all(keys.map(read))
    // It was memory that was right, but for keys of which word was still under way.
    expect(l1).toBeGreaterThan(KEYS / 2)
  })

  it('memory would keep it if copies were not judged by what was known when their reads were sent', async () => {
    const judge = TrackedKeys.prototype.epochOf
    vi.spyOn(TrackedKeys.prototype, 'epochOf').mockImplementation(function current(this: TrackedKeys, path) {
      return judge.call(this, path, Infinity)
    })
    expect(await wrongAfter(ROUNDS)).toBeGreaterThan(0)
  })
})
