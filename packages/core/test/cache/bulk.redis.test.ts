import { afterAll, beforeAll, expect, test } from 'vitest'
import { startRedis, type RedisServer } from '@redstart/testing'
import { createRedstart, type Redstart, type RedstartOptions } from '../../src/index.ts'
import { redis } from '../../src/redis/index.ts'

let server: RedisServer

beforeAll(async () => {
  server = await startRedis()
})
afterAll(() => server.stop())

const TEXT = 'x'.repeat(2000)

/** A machine that is busy with other things gets another try. */
const PATIENT = { timeout: 60_000, retry: 3 }

function open(
  app: string,
  options: RedstartOptions = {},
): Redstart & { readonly app: string; readonly unstored: readonly string[] } {
  const redstart = createRedstart({ backend: redis(server.url), app, ...options })
  const unstored: string[] = []
  redstart.events.on('set', ({ outcome }) => outcome === 'stored' || unstored.push(outcome))
  return { ...redstart, app, unstored }
}

function many(length: number): readonly (readonly [string, string])[] {
  return Array.from({ length }, (_, n) => [`bulk:${n}`, TEXT])
}

async function storedOf(app: string): Promise<number> {
  const other = open(app)
  let count = 0
  for await (const _ of other.cache.keys()) count++
  await other.close()
  return count
}

test('10,000 values that are set together are all stored', PATIENT, async () => {
  const here = open(`set-${performance.now()}`)
  await here.ready({ timeout: '30s' })
  const entries = many(10_000)
  expect(await here.cache.setMany(entries)).toEqual({ reached: 'all' })
  expect(here.unstored).toEqual([])
  expect(await storedOf(here.app)).toBe(10_000)
  await here.close()
})

test('5000 values that are loaded together are all stored', PATIENT, async () => {
  const here = open(`loaded-${performance.now()}`, { deadline: '1s' })
  await here.ready({ timeout: '30s' })
  const loadMany = async (items: readonly number[]): Promise<string[]> => items.map(() => TEXT)
  const text = here.cache.define('bulk', { key: (n: number) => n, loadMany }, () => TEXT)
  expect(await text.many(Array.from({ length: 5000 }, (_, n) => n))).toHaveProperty('size', 5000)
  expect(here.unstored).toEqual([])
  expect(await storedOf(here.app)).toBe(5000)
  await here.close()
})

test('what the deadline is too short for is counted and told', { timeout: 60_000 }, async () => {
  const here = open('short', { deadline: 2 })
  // Connected, and asked once.
  await here.ready({ timeout: '30s' })
  const entries = many(2000)
  await here.cache.setMany(entries)
  const { writes, unstored } = here.cache.stats().overall
  expect(writes + unstored).toBe(2000)
  expect(here.unstored).toHaveLength(unstored)
  expect(here.unstored.every((outcome) => outcome === 'unreached')).toBe(true)
  await here.close()
})

test(
  'where Redis stands still from some moment on, who sets many waits for one deadline more',
  { timeout: 60_000 },
  async () => {
    const own = await startRedis()
    const here = createRedstart({
      backend: redis({ url: own.url, breaker: { failures: 1_000_000 } }),
      deadline: '1s',
    })
    await here.ready()
    const entries = many(10_000)
    let stored = 0
    let stood = 0
    here.events.on('set', ({ outcome }) => {
      if (outcome === 'stored') stored++
      if (stored !== 500 || stood > 0) return
      stood = performance.now()
      own.pause()
    })
    await here.cache.setMany(entries)
    const waited = performance.now() - stood
    own.resume()
    const { unstored } = here.cache.stats().overall
    expect(stored).toBeGreaterThanOrEqual(500)
    expect(stored + unstored).toBe(10_000)
    // The deadline, and what this process itself does for the other values.
    expect(waited).toBeGreaterThan(900)
    expect(waited).toBeLessThan(10_000)
    await here.close()
    await own.stop()
  },
)
