import { setTimeout } from 'node:timers/promises'
import { type RedisServer, startRedis } from '@redstart/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRedstart, type Redstart, type RedstartOptions } from '../../src/index.ts'
import { redis } from '../../src/redis/index.ts'
import { ForeignWriter } from './foreign-writer.ts'

const APP = 'shop'
const keyOf = (path: string): string => `${APP}:${path}`

let server: RedisServer
let writer: ForeignWriter
let opened: Redstart[]

async function start(...config: readonly string[]): Promise<void> {
  server = await startRedis({ config: ['hz 200', ...config] })
  writer = new ForeignWriter(server.port)
}
afterEach(async () => {
  await Promise.all(opened.map((instance) => instance.close()))
  writer.close()
  await server.stop()
})
beforeEach(() => {
  opened = []
})

/** No proof comes to its end in a test, where nothing else is said: what is seen was told. */
async function open(options: RedstartOptions = {}): Promise<Redstart> {
  const instance = createRedstart({
    backend: redis(server.url),
    app: APP,
    coherence: 'tracking',
    maxStaleness: '60s',
    deadline: '5s',
    ...options,
  })
  opened.push(instance)
  await writer.learn(keyOf('default:pattern'), () => instance.cache.set('pattern', 'pattern'))
  return instance
}

/** Has an instance hold these in memory, as somebody else has written them. */
async function hold({ cache, events }: Redstart, values: Readonly<Record<string, unknown>>): Promise<void> {
  for (const [path, value] of Object.entries(values)) await writer.set(keyOf(path), value)
  const all = async (): Promise<unknown[]> => await Promise.all(Object.keys(values).map((path) => cache.get(path)))
  let l1 = 0
  const stop = events.subscribe((event) => void (event.type === 'cache.hit' && event.tier === 'l1' && l1++))
  const held = async (): Promise<boolean> => {
    l1 = 0
    const read = await all()
    return l1 === read.length && Object.values(values).every((value, n) => read[n] === value)
  }
  await until(held)
  stop()
}

/** Waits until an instance sees these. */
async function sees({ cache }: Redstart, values: Readonly<Record<string, unknown>>): Promise<void> {
  await until(async () => {
    const seen = await Promise.all(Object.keys(values).map((path) => cache.get(path)))
    return Object.values(values).every((value, n) => seen[n] === value)
  })
}

async function until(condition: () => Promise<boolean>, ms = 20_000): Promise<void> {
  const end = performance.now() + ms
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`not so within ${ms} ms: ${String(condition)}`)
    await setTimeout(2)
  }
}

describe('memory follows', () => {
  beforeEach(() => start())

  const [a, b] = ['menu:a', 'menu:b']
  const [keyA, keyB] = [keyOf(a), keyOf(b)]

  type Change = readonly [what: string, run: () => Promise<unknown>, then: Readonly<Record<string, unknown>>]
  const changes: readonly Change[] = [
    ['a key that is renamed away', () => writer.client.rename(keyA, 'elsewhere'), { [a]: undefined, [b]: 2 }],
    ['a key that another one is renamed to', () => writer.client.rename(keyA, keyB), { [a]: undefined, [b]: 1 }],
    ['a key that another one is copied to', () => writer.client.copy(keyA, keyB, 'REPLACE'), { [a]: 1, [b]: 1 }],
    ['a key that is moved to another database', () => writer.client.move(keyA, 1), { [a]: undefined }],
    [
      'a key that is restored from a dump',
      async () => writer.client.restore(keyB, 0, await writer.client.dumpBuffer(keyA), 'REPLACE'),
      { [b]: 1 },
    ],
    [
      'what a script writes',
      () => writer.client.eval("redis.call('SET', KEYS[1], ARGV[1])", 1, keyA, writer.bytes(3)),
      { [a]: 3, [b]: 2 },
    ],
    [
      'what a transaction writes and deletes',
      () => writer.client.multi().set(keyA, writer.bytes(3)).del(keyB).set(keyA, writer.bytes(4)).exec(),
      { [a]: 4, [b]: undefined },
    ],
    ['bytes that are changed in place', () => writer.client.setrange(keyA, 0, 'x'), { [a]: undefined, [b]: 2 }],
    ['a key that expires, though nobody reads it', () => writer.client.pexpire(keyA, 20), { [a]: undefined, [b]: 2 }],
    ['a flush', () => writer.client.flushall(), { [a]: undefined, [b]: undefined }],
    ['an asynchronous flush', () => writer.client.flushall('ASYNC'), { [a]: undefined, [b]: undefined }],
    ['a flush of the database', () => writer.client.flushdb(), { [a]: undefined, [b]: undefined }],
    ['another type under the key', () => writer.client.multi().del(keyA).lpush(keyA, 'x').exec(), { [a]: undefined }],
  ]

  it.each(changes)('%s', async (_, change, then) => {
    const instance = await open()
    await hold(instance, { [a]: 1, [b]: 2 })
    await change()
    await sees(instance, then)
  })

  it('keys of all kinds that are changed at the same moment, and so come in one message', async () => {
    const instance = await open()
    const paths = [
      'a,b',
      'a',
      'b',
      '{x}:y',
      'n:{}',
      'é漢😀',
      'a b',
      'a\\b',
      '"',
      "'",
      '*?[a]',
      'n:a:b:c',
      'x'.repeat(500),
    ]
    const full = paths.map((path) => (path.includes(':') && !path.startsWith('{') ? path : `menu:${path}`))
    for (let round = 1; round <= 20; round++) {
      await hold(instance, Object.fromEntries(full.map((path, n) => [path, n])))
      const next = new Map(full.map((path, n) => [path, round * 1000 + n]))
      await writer.client.mset(new Map([...next].map(([path, value]) => [keyOf(path), writer.bytes(value)])))
      await sees(instance, Object.fromEntries(next))
    }
  })

  it('a thousand keys that are changed in one script', async () => {
    const instance = await open()
    const paths = Array.from({ length: 1000 }, (_, n) => `menu:${n}`)
    await hold(instance, Object.fromEntries(paths.map((path) => [path, 'before'])))
    const script = "for _, key in ipairs(KEYS) do redis.call('SET', key, ARGV[1]) end"
    await writer.client.eval(script, paths.length, ...paths.map(keyOf), writer.bytes('after'))
    await sees(instance, Object.fromEntries(paths.map((path) => [path, 'after'])))
  })

  it('nothing of other apps: what they change costs no read', async () => {
    const instance = await open()
    await hold(instance, { [a]: 1 })
    const events: string[] = []
    instance.events.subscribe((event) => void events.push(event.type === 'cache.hit' ? event.tier : event.type))
    for (const key of ['other:menu:a', 'shopping:menu:a', 'menu:a', `{${APP}}:x`]) await writer.set(key, 2)
    await setTimeout(50)
    for (let n = 0; n < 5; n++) expect(await instance.cache.get(a)).toBe(1)
    expect(events).toEqual(Array.from({ length: 5 }, () => 'l1'))
  })

  it('databases that are swapped, which Redis tells to nobody, within maxStaleness', async () => {
    const instance = await open({ maxStaleness: 400 })
    await hold(instance, { [a]: 1 })
    await writer.client.swapdb(0, 1)
    const swapped = performance.now()
    await until(async () => (await instance.cache.get(a)) === undefined)
    expect(performance.now() - swapped).toBeLessThan(10 * 400)
  })
})

describe('memory follows an eviction', () => {
  beforeEach(() => start('maxmemory-samples 10'))

  it.each(['allkeys-lru', 'volatile-lru', 'volatile-ttl'])('under %s', async (policy) => {
    const instance = await open()
    await hold(instance, { 'menu:a': 1 })
    const { client } = writer
    const used = Number(/used_memory:(\d+)/.exec(await client.info('memory'))?.[1])
    await client.config('SET', 'maxmemory', String(used + 2_000_000))
    await client.config('SET', 'maxmemory-policy', policy)
    // Of keys that live long, so that what expires soonest is ours.
    const full = async (): Promise<boolean> => {
      const filler = client.pipeline()
      for (let n = 0; n < 20; n++) filler.set(`filler:${Math.random()}`, 'x'.repeat(20_000), 'EX', 100_000)
      await filler.exec()
      return (await client.exists(keyOf('menu:a'))) === 0
    }
    await until(full, 20_000)
    await sees(instance, { 'menu:a': undefined })
    expect(await client.info('stats')).toMatch(/evicted_keys:[1-9]/)
  })
})
