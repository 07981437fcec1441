import { setTimeout } from 'node:timers/promises'
import { type RedisServer, startRedis } from '@redstart/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createRedstart, type LoadContext, type Redstart } from '../../src/index.ts'
import { redis } from '../../src/redis/index.ts'
import { Meter } from './meter.ts'

const STALE = { ttl: 50, stale: '1h' } as const
const DEADLINE = 500
/** What a busy machine may add, in ms. */
const SLACK = 4500

let meter: Meter
beforeAll(async () => {
  meter = await Meter.start()
})
afterAll(() => meter[Symbol.asyncDispose]())

let apps = 0
let app = ''
beforeEach(() => {
  apps += 1
  app = `claims${apps}`
})

describe('a load with a lease', () => {
  it('costs a claim, a look and a release more', async () => {
    const here = await meter.open(app)
    const load = async (key: string): Promise<void> => {
      await here.cache.getOrSet(key, () => 'value', { lease: true })
      // Nobody waits for it.
      await meter.sent('release')
    }
    // Sends the scripts.
    await meter.costOf(() => load('another'))
    const { commands } = await meter.costOf(() => load('key'))
    expect(commands.filter((command) => command !== 'HMGET').sort()).toEqual([
      'GET',
      'GET',
      'claim',
      'release',
      'write',
    ])
  })

  it('whose value is never stored holds nobody up for longer than one other load', async () => {
    const fleet = await Promise.all(Array.from({ length: 4 }, () => meter.open(app)))
    for (const { cache } of fleet) await cache.get('key')
    for (let time = 0; time < 2; time += 1) {
      let loads = 0
      let most = 0
      const running = new Set<number>()
      const load = async (context: LoadContext): Promise<number> => {
        context.noStore()
        const own = (loads += 1)
        running.add(own)
        most = Math.max(most, running.size)
        // The first one until all others wait for it, and they until each of them loads.
        if (own === 1) await meter.sent('claim', 4)
        else await expect.poll(() => loads).toBe(4)
        running.delete(own)
        return own
      }
      await meter.costOf(() => Promise.all(fleet.map(({ cache }) => cache.getOrSet('key', load, { lease: true }))))
      expect(loads).toBe(4)
      // All four the second time, when it is known that nobody need hold it.
      expect(most).toBeGreaterThanOrEqual(3)
    }
  })

  it('without one costs none of them', async () => {
    const here = await meter.open(app)
    const { commands } = await meter.costOf(() => here.cache.getOrSet('key', () => 'value'))
    expect(commands).toEqual(['GET', 'HMGET', 'write'])
  })
})

describe('a refresh in the background', () => {
  it('is of one of many instances, whose others ask once and find what it stored', async () => {
    const fleet = await Promise.all(Array.from({ length: 5 }, () => meter.open(app)))
    let loads = 0
    const load = async (): Promise<string> => {
      loads += 1
      await setTimeout(20)
      return `load ${loads}`
    }
    for (const { cache } of fleet) expect(await cache.getOrSet('key', load)).toBe('load 1')
    await fleet[0]?.invalidate({ keys: ['key'] }, { strategy: 'lazy' })
    // All at once, and again until all have what the one that refreshed has stored.
    const read = async (): Promise<string[]> => await Promise.all(fleet.map(({ cache }) => cache.getOrSet('key', load)))
    await expect.poll(read, { interval: 100 }).toEqual(Array(5).fill('load 2'))
    await setTimeout(300)
    expect(await read()).toEqual(Array(5).fill('load 2'))
    expect(loads).toBe(2)
  })

  it('that fails pauses all instances: 1 s, then 2 s', async () => {
    const fleet = await Promise.all([meter.open(app), meter.open(app)])
    const loads: number[] = []
    const failing = (): Promise<never> => {
      loads.push(performance.now())
      return Promise.reject(new Error('gone'))
    }
    await fleet[0]?.cache.getOrSet('key', () => 'old', STALE)
    await fleet[1]?.cache.getOrSet('key', () => 'old', STALE)
    await setTimeout(100)
    const until = performance.now() + 30_000
    let reads = 0
    while (loads.length < 3 && performance.now() < until) {
      for (const { cache } of fleet) expect(await cache.getOrSet('key', failing, STALE)).toBe('old')
      reads += 2
      await setTimeout(10)
    }
    for (let n = 0; n < 10; n++) for (const { cache } of fleet) await cache.getOrSet('key', failing, STALE)
    expect(reads).toBeGreaterThan(20)
    // At 0, 1 and 3 seconds: without sharing there would be twice as many.
    expect(loads).toHaveLength(3)
    const pauses = loads.slice(1).map((at, n) => at - (loads[n] ?? 0))
    expect(pauses[0]).toBeGreaterThan(990)
    expect(pauses[1]).toBeGreaterThan(1990)
  })
})

describe('while Redis does not answer', () => {
  let server: RedisServer
  let here: Redstart
  beforeEach(async () => {
    server = await startRedis()
    here = createRedstart({ app: 'stalled', deadline: DEADLINE, maxStaleness: 60_000, backend: redis(server.url) })
    await here.ready({ timeout: '30s' })
    await here.cache.getOrSet('menu:stale', () => 'old', STALE)
    await here.cache.get('menu:nothing')
  })
  afterEach(async () => {
    server.resume()
    await here.close()
    await server.stop()
  })

  it('a load with a lease takes one deadline, and runs without', async () => {
    server.pause()
    const begun = performance.now()
    expect(await here.cache.getOrSet('menu:1', () => 'soup', { lease: true })).toBe('soup')
    expect(performance.now() - begun).toBeLessThan(DEADLINE + SLACK)
  })

  it('a load that waits for another process goes on by itself', async () => {
    const store = redis(server.url).cache({ app: 'stalled', clock: { now: () => performance.now(), schedule } })
    await store.claim({ path: 'menu:1', token: '0'.repeat(32), ttl: 60_000, patient: false }, 5000)
    let loads = 0
    const read = here.cache.getOrSet('menu:1', () => (loads += 1), { lease: true })
    await setTimeout(300)
    expect(loads).toBe(0)
    server.pause()
    const begun = performance.now()
    expect(await read).toBe(1)
    // What is under way ends first, and one more look of its own.
    expect(performance.now() - begun).toBeLessThan(100 + DEADLINE + SLACK)
    server.resume()
    await store.close()
  })

  it('a stale entry is refreshed in memory, by a pause of its own where that fails', async () => {
    await setTimeout(100)
    server.pause()
    let loads = 0
    const failing = (): Promise<never> => {
      loads += 1
      return Promise.reject(new Error('gone'))
    }
    const read = async (): Promise<void> => {
      expect(await here.cache.getOrSet('menu:stale', failing, STALE)).toBe('old')
    }
    await expect.poll(async () => (await read(), loads)).toBe(1)
    // The pause is a second.
    for (const end = performance.now() + 600; performance.now() < end; await setTimeout(10)) await read()
    expect(loads).toBe(1)
  })
})

function schedule(ms: number, callback: () => void): () => void {
  const timer = globalThis.setTimeout(callback, ms)
  return () => clearTimeout(timer)
}
