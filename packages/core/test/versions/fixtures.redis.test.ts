import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { type RedisServer, startRedis } from '@redstart/testing'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRedstart, type Redstart, type RedstartEvent, systemClock } from '../../src/index.ts'
import { redis } from '../../src/redis/index.ts'
import { decodeEntry, inflatePayload } from '../../src/wire/index.ts'
import { type Fixture, keepAll, type Kept, type KeptEntry } from './keep.mjs'
import { valueOf } from './notation.mjs'

/** What one release kept of one app. */
interface Release extends Fixture {
  readonly release: string
}

const folder = join(import.meta.dirname, 'fixtures')
const releases = readdirSync(folder).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
const fixtures = releases.flatMap((release) =>
  readdirSync(join(folder, release)).map(
    // The layout that keep-fixtures.mjs writes.
    (file) => JSON.parse(readFileSync(join(folder, release, file), 'utf8')) as Release,
  ),
)

let server: RedisServer
let client: Redis
beforeAll(async () => {
  server = await startRedis()
  client = new Redis({ host: server.host, port: server.port })
})
afterAll(async () => {
  client.disconnect()
  await server.stop()
})

describe.each(fixtures)('what $release wrote, $name:', ({ name, entries, claims, meta }) => {
  it.each(entries)('$what: $path is a $expected', async (kept) => {
    await restoreAll([meta, kept], { identified: true })
    const { cache, invalidate, told, close } = open(name)
    const { value, loads } = await read(cache, kept)
    if (kept.expected === 'invalidated') {
      expect(told('cache.miss')).toMatchObject([{ key: kept.path, reason: 'invalidated' }])
      expect([value, loads()]).toEqual(['loaded', 1])
      return close()
    }
    expect(isDeepStrictEqual(value, valueOf(kept.value))).toBe(true)
    expect(told('cache.hit')).toMatchObject([{ tier: 'l2', stale: kept.expected === 'stale' }])
    expect(told('cache.miss')).toEqual([])
    if (kept.expected === 'hit') {
      expect(isDeepStrictEqual((await read(cache, kept)).value, value)).toBe(true)
      expect(loads()).toBe(0)
      expect(await invalidate({ keys: [kept.path] })).toEqual({ reached: 'all' })
      expect((await read(cache, kept)).value).toBe('loaded')
    }
    await close()
  })

  it('the markers go on: an invalidation of now is the next step, and hits what it names', async () => {
    await restoreAll([meta, ...entries], { identified: true })
    const before = await client.hgetall(meta.key)
    const { cache, invalidate, close } = open(name)
    expect(await invalidate({ tags: ['of-now'] })).toEqual({ reached: 'all' })
    const after = await client.hgetall(meta.key)
    expect(after['$g']).toBe(before['$g'])
    expect(Number(after['$c'])).toBe(Number(before['$c']) + 1)
    expect(after['t:of-now']).toBe(after['$c'])
    const hits = entries.filter(({ expected }) => expected === 'hit')
    for (const hit of hits) expect((await read(cache, hit)).loads()).toBe(0)
    await cache.clear()
    const other = open(name)
    for (const hit of hits) expect((await read(other.cache, hit)).value).toBe('loaded')
    await Promise.all([close(), other.close()])
  })

  it('proves nothing of another server: under the run id that it was written with, everything is a miss', async () => {
    await restoreAll([meta, ...entries], { identified: false })
    const { cache, told, close } = open(name)
    for (const entry of entries) expect((await read(cache, entry)).value).toBe('loaded')
    expect(new Set(told('cache.miss').map(({ reason }) => reason))).toEqual(new Set(['generation']))
    await close()
  })

  it.each(claims)('$what: whoever had it has let go of it, and $failures failures are known', async (kept) => {
    await restoreAll([meta, kept], { identified: true })
    const store = redis(server.url).cache({ app: name, clock: systemClock() })
    const claim = { path: kept.path, token: 'f'.repeat(32), ttl: 1000, patient: true }
    expect(await store.claim(claim, 5000)).toEqual({ granted: true, failures: kept.failures })
    await store.close()
  })

  it('is in the form of Redis 7.0, which every later one restores', () => {
    for (const { dump } of [meta, ...entries, ...claims]) {
      const bytes = Buffer.from(dump, 'base64')
      expect(bytes.readUInt16LE(bytes.length - 10)).toBeLessThanOrEqual(RDB_OF_REDIS_7_0)
    }
  })
})

describe('what is written now', () => {
  it('is what the newest fixtures hold; where it is not, this release needs fixtures of its own', async () => {
    await client.flushall()
    const backend = (markers?: number): ReturnType<typeof redis> =>
      redis({ url: server.url, ...(markers !== undefined && { markers }) })
    const now = await keepAll({ createRedstart, systemClock, backend }, client)
    const newest = fixtures.filter(({ release }) => release === releases.at(-1))
    expect(await Promise.all(now.map(shapeOf))).toEqual(
      await Promise.all(now.map(({ name }) => shapeOf(newest.find((fixture) => fixture.name === name)))),
    )
  })
})

/** The version of the format in which Redis 7.0 dumps; what a later Redis dumps may have a higher one. */
const RDB_OF_REDIS_7_0 = 10

/**
 * Puts keys into an empty Redis.
 *
 * @param how with `identified`, the hash gets the run id of this server. Without it, it would be taken for what a server
 *   before this one left behind, and the generation would end before anything is decided by it.
 */
async function restoreAll(kept: readonly Kept[], { identified }: { readonly identified: boolean }): Promise<void> {
  await client.flushall()
  for (const { key, ttl, dump } of kept) {
    await client.restore(key, ttl, Buffer.from(dump, 'base64'))
    if (identified && key.endsWith(':meta')) await client.hset(key, '$r', await runId())
  }
}

async function runId(): Promise<string> {
  return /run_id:(\w+)/.exec(await client.info('server'))?.[1] ?? 'none'
}

/** An instance that knows nothing yet, with what it tells. */
function open(app: string): Redstart & {
  told<Type extends RedstartEvent['type']>(type: Type): Extract<RedstartEvent, { type: Type }>[]
} {
  const instance = createRedstart({ app, backend: redis(server.url), deadline: '5s' })
  const events: RedstartEvent[] = []
  instance.events.subscribe((event) => events.push(event))
  const told = <Type extends RedstartEvent['type']>(type: Type): Extract<RedstartEvent, { type: Type }>[] =>
    events.filter((event): event is Extract<RedstartEvent, { type: Type }> => event.type === type)
  return { ...instance, told }
}

/** Reads an entry; `loads` counts what had to be loaded for that, a refresh in the background included. */
async function read(
  cache: Redstart['cache'],
  { path, version }: Pick<KeptEntry, 'path' | 'version'>,
): Promise<{ readonly value: unknown; readonly loads: () => number }> {
  let loads = 0
  const load = (): string => {
    loads += 1
    return 'loaded'
  }
  const value: unknown = await cache.getOrSet<unknown>(path, load, { ...(version !== undefined && { version }) })
  return { value, loads: () => loads }
}

/** Where the generation, the clock, the instants and the cost of an entry are: no two writings have the same. */
const MOMENT = { from: 4, to: 56 }

/** What of an app's keys is the same whenever they are written. */
async function shapeOf(fixture: Fixture | undefined): Promise<object | undefined> {
  if (fixture === undefined) return undefined
  const { name, entries, claims, meta } = fixture
  await restoreAll([meta, ...entries, ...claims], { identified: false })
  const bytesOf = async ({ path, expected, value, key }: KeptEntry): Promise<object> => {
    const bytes = (await client.getBuffer(key)) ?? Buffer.alloc(0)
    const whole = await inflated(bytes.fill(0, MOMENT.from, MOMENT.to))
    return { path, expected, value, key, bytes: whole.toString('hex') }
  }
  // All but the instant of a claim.
  const claimed = async ({ key }: Kept): Promise<string[]> =>
    ((await client.get(key)) ?? '').split(' ').filter((_, place) => place !== 1)
  return {
    name,
    entries: await Promise.all(entries.map(bytesOf)),
    claims: await Promise.all(claims.map(claimed)),
    fields: (await client.hkeys(meta.key)).sort(),
  }
}

/** An entry with its payload as it was before it was compressed: not every compressor makes the same of it. */
async function inflated(bytes: Buffer): Promise<Buffer> {
  const decoded = decodeEntry(bytes)
  if (!decoded.ok || decoded.entry.compression === undefined) return bytes
  const { payload, compression } = decoded.entry
  const whole = await inflatePayload(payload, compression)
  return Buffer.concat([bytes.subarray(0, bytes.length - payload.length), whole ?? Buffer.of()])
}
