import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { type RedisServer, startRedis } from '@redstart/testing'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { InvalidationTarget } from '../../src/index.ts'
import { writeLua } from '../../src/redis/scripts.generated.ts'
import { seededRandom, seedOfRun } from '../checker/random.ts'
import { bundle, type Patch, type Program } from '../processes/bundle.ts'
import { VersionProcess } from './version-process.ts'

/** Where a script looks at the version. */
const SCRIPTED = 'version ~= '

/** The next version of the layout: to each of the two, what the other writes is unknown. */
const NEXT: readonly Patch[] = [
  { file: 'wire/layout.ts', from: 'export const VERSION = 1\n', to: 'export const VERSION = 2\n' },
  // In every script that looks at the version.
  {
    file: 'redis/scripts.ts',
    from: 'function script(text: string): Script {\n',
    to: `function script(lua: string): Script {\n  const text = lua.replaceAll('${SCRIPTED}1 ', '${SCRIPTED}2 ')\n`,
  },
]
const MAX_STALENESS = 200

let server: RedisServer
let client: Redis
let programs: readonly Program[] = []
let running: VersionProcess[] = []
beforeAll(async () => {
  expect(writeLua).toContain(`${SCRIPTED}1 `)
  server = await startRedis()
  client = new Redis({ host: server.host, port: server.port })
  const child = join(import.meta.dirname, 'version.child.ts')
  programs = [await bundle([], child), await bundle(NEXT, child)]
})
afterAll(async () => {
  await Promise.all(programs.map((program) => program.remove()))
  client.disconnect()
  await server.stop()
})

let apps = 0

/** A process of each version, over one app. */
function start(consistency: 'bounded' | 'strict'): readonly [now: VersionProcess, next: VersionProcess] {
  const orders = { url: server.url, app: `versions${++apps}`, consistency, maxStaleness: MAX_STALENESS }
  const [now, next] = ['now', 'next'].map(
    (label, n) => new VersionProcess(programs[n]?.file ?? '', { label, ...orders }),
  )
  if (now === undefined || next === undefined) throw new Error('there are two programs')
  running = [now, next]
  return [now, next]
}

async function stop(): Promise<void> {
  await Promise.all(running.map((each) => each.end()))
  running = []
}

const rowIs = (key: string, row: number): Promise<unknown> => client.set(`row:${key}`, row)

describe('two versions on one Redis', () => {
  let now: VersionProcess
  let next: VersionProcess
  beforeAll(() => {
    ;[now, next] = start('strict')
  })
  afterAll(stop)

  const versionOf = async (key: string): Promise<number | undefined> =>
    (await client.getBuffer(`versions${apps}:${key}`))?.[1]
  const inOrder = (byNext: boolean): readonly [by: VersionProcess, of: VersionProcess] =>
    byNext ? [next, now] : [now, next]

  it('each takes what the other stored for missing, and puts its own in its place', async () => {
    await rowIs('first:1', 1)
    expect(await now.read('first:1')).toEqual({ by: 'now', row: 1 })
    expect(await versionOf('first:1')).toBe(1)
    expect(await next.read('first:1')).toEqual({ by: 'next', row: 1 })
    expect(await versionOf('first:1')).toBe(2)
    // Each still has its own in memory, and nothing has invalidated it.
    expect(await now.read('first:1')).toEqual({ by: 'now', row: 1 })
    await now.renew()
    expect(await now.read('first:1')).toEqual({ by: 'now', row: 1 })
    expect(await versionOf('first:1')).toBe(1)
    expect(await now.tell()).toEqual({ loads: 2, hits: 1, unreadable: 1, errors: [] })
    expect(await next.tell()).toEqual({ loads: 1, hits: 0, unreadable: 1, errors: [] })
  })

  const TARGETS: readonly (readonly [what: string, target: (menu: string) => InvalidationTarget | 'everything'])[] = [
    ['a tag', (menu) => ({ tags: [`tag:${menu}:1:a`] })],
    ['a key', (menu) => ({ keys: [`${menu}:1:a`] })],
    ['a prefix', (menu) => ({ prefix: `${menu}:1:` })],
    ['a namespace', (menu) => ({ namespace: menu })],
    ['everything', () => 'everything'],
  ]
  const WAYS = TARGETS.flatMap(([what, target]) =>
    ['now', 'next'].flatMap((by) => ['memory', 'Redis'].map((where) => ({ what, target, by, where }))),
  )

  it.each(WAYS)('invalidating $what, $by hits what the other has in $where', async ({ what, target, by, where }) => {
    const [one, other] = inOrder(by === 'next')
    const menu = `${what.replace(' ', '-')}-${by}-${where}`
    const key = `${menu}:1:a`
    await rowIs(key, 1)
    expect(await other.read(key)).toEqual({ by: other.label, row: 1 })
    await rowIs(key, 2)
    await other.renew()
    await other.tell()
    // Nobody has invalidated it: it is a hit, from Redis, although the row is another one.
    expect(await other.read(key)).toEqual({ by: other.label, row: 1 })
    expect(await other.tell()).toEqual({ loads: 0, hits: 1, unreadable: 0, errors: [] })
    if (where === 'Redis') await other.renew()
    const wanted = target(menu)
    expect(await (wanted === 'everything' ? one.clear() : one.invalidate(wanted))).toEqual({ reached: 'all' })
    expect(await other.read(key)).toEqual({ by: other.label, row: 2 })
    expect(await other.tell()).toEqual({ loads: 1, hits: 0, unreadable: 0, errors: [] })
  })

  it.each(['now', 'next'])('invalidating lazily, %s makes stale what the other has', async (by) => {
    const [one, other] = inOrder(by === 'next')
    const key = `lazy-${by}:1:a`
    const own = { by: other.label, row: 1 }
    await rowIs(key, 1)
    expect(await other.read(key)).toEqual(own)
    await rowIs(key, 2)
    expect(await one.invalidate({ tags: [`tag:${key}`] }, 'lazy')).toEqual({ reached: 'all' })
    // Stale once, and refreshed meanwhile.
    expect(await other.read(key)).toEqual(own)
    await expect.poll(() => other.read(key)).toEqual({ ...own, row: 2 })
    expect((await other.tell()).errors).toEqual([])
  })
})

const KEYS = Array.from({ length: 12 }, (_, n) => `menu:${n % 3}:${n}`)
const soak = process.env['REDSTART_SOAK'] === '1'
/** What one random run consists of, and how long it may take in ms. */
const READS = soak ? 100_000 : 1500
const INVALIDATIONS = soak ? 2000 : 50
const LONGEST = soak ? 600_000 : 40_000

describe('two versions, both reading and invalidating at random', () => {
  afterEach(stop)

  it.each([
    { consistency: 'strict', lag: 0 },
    { consistency: 'bounded', lag: MAX_STALENESS },
  ] as const)('$consistency: neither returns what the other stored, or what either has invalidated', async (series) => {
    const both = start(series.consistency)
    const seed = seedOfRun()
    const random = seededRandom(seed)
    /** The row that a read on each of the two must at least see. */
    const least = both.map(() => new Map(KEYS.map((key) => [key, 0])))
    let over = false
    let reads = 0
    let invalidations = 0

    const acknowledge = (on: number, key: string, row: number): void => {
      least[on]?.set(key, Math.max(row, least[on].get(key) ?? 0))
    }
    const read = async (on: number): Promise<void> => {
      const key = random.pick(KEYS)
      const bound = least[on]?.get(key) ?? 0
      const value = await both[on]?.read(key)
      reads += 1
      expect(value?.by, `seed ${seed}`).toBe(both[on]?.label)
      expect(value?.row, `seed ${seed}, ${key}`).toBeGreaterThanOrEqual(bound)
    }
    const change = async (on: number): Promise<void> => {
      const key = random.pick(KEYS)
      const row = await client.incr(`row:${key}`)
      const prefix = key.slice(0, key.lastIndexOf(':') + 1)
      const reached = await both[on]?.invalidate(
        random.pick<InvalidationTarget>([{ tags: [`tag:${key}`] }, { keys: [key] }, { prefix }]),
      )
      expect(reached).toEqual({ reached: 'all' })
      invalidations += 1
      acknowledge(on, key, row)
      if (series.lag === 0) acknowledge(1 - on, key, row)
      else void setTimeout(series.lag).then(() => acknowledge(1 - on, key, row))
    }
    /** A new instance is another one: it may lag behind what was invalidated on the one before. */
    const changeOrRenew = (on: number): Promise<void> => {
      return random.below(10) === 0 ? Promise.resolve(both[on]?.renew()) : change(on)
    }
    const loop = async (step: () => Promise<void>, pause: number): Promise<void> => {
      try {
        for (; !over; await setTimeout(random.below(pause))) await step()
      } finally {
        over = true
      }
    }

    await client.del(KEYS.map((key) => `row:${key}`))
    const loops = [0, 1].flatMap((on) => [
      ...Array.from({ length: 6 }, () => loop(() => read(on), 4)),
      loop(() => changeOrRenew(on), 60),
    ])
    const enough = async (): Promise<void> => {
      const latest = performance.now() + LONGEST
      while (!over && performance.now() < latest && (reads < READS || invalidations < INVALIDATIONS))
        await setTimeout(5)
      over = true
    }
    await Promise.all([enough(), ...loops])
    for (const each of both) {
      const { hits, unreadable, errors } = await each.tell()
      expect(errors).toEqual([])
      expect(Math.min(hits, unreadable)).toBeGreaterThan(10)
    }
    expect([reads >= READS, invalidations >= INVALIDATIONS]).toEqual([true, true])
    console.log(`${series.consistency}: ${reads} reads, ${invalidations} invalidations`)
  })
})
