import { setTimeout } from 'node:timers/promises'
import { type RedisServer, type SentinelSetup, startRedis, startSentinel, tlsMaterial } from '@redstart/testing'
import { Redis as Redis6 } from 'ioredis'
import { Redis as Redis5 } from 'ioredis-5'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createRedstart, type Redstart } from '../../src/index.ts'
import { redis } from '../../src/redis/index.ts'
import { bytesLike, patternOf } from './foreign-writer.ts'

const APP = 'ways'
const KEY = `${APP}:menu:dish`
const PATH = 'menu:dish'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(() => server.stop())

let opened: Redstart[] = []
afterEach(async () => {
  await Promise.all(opened.map((instance) => instance.close()))
  opened = []
})

/** No proof comes to its end in a test: what is seen was told. */
function open(target: Parameters<typeof redis>[0]): Redstart {
  const options = { app: APP, coherence: 'tracking', maxStaleness: '60s', deadline: '5s' } as const
  const instance = createRedstart({ ...options, backend: redis(target) })
  opened.push(instance)
  return instance
}

async function until(condition: () => Promise<boolean>, ms = 20_000): Promise<void> {
  const end = performance.now() + ms
  while (!(await condition().catch(() => false))) {
    if (performance.now() > end) throw new Error(`not so within ${ms} ms: ${String(condition)}`)
    await setTimeout(2)
  }
}

/** Waits until an instance has its hits from memory. */
async function tracks({ cache, events }: Redstart, path = PATH): Promise<void> {
  let l1 = false
  const stop = events.subscribe((event) => void (event.type === 'cache.hit' && (l1 = event.tier === 'l1')))
  await until(async () => (await cache.get(path), l1), 20_000)
  stop()
}

/** Whether memory follows what this client writes; database and prefix are the client's. */
async function follows(instance: Redstart, client: Redis6, key = KEY): Promise<void> {
  const pattern = await patternOf(
    () => instance.cache.set(PATH, 'first'),
    () => client.getBuffer(key),
  )
  for (let round = 0; round < 5; round++) {
    await tracks(instance)
    await client.set(key, bytesLike(pattern, round))
    await until(async () => (await instance.cache.get(PATH)) === round)
  }
  await tracks(instance)
  await client.del(key)
  await until(async () => (await instance.cache.get(PATH)) === undefined)
}

async function connections(name = 'redstart'): Promise<number> {
  const list = String(await server.command('CLIENT', 'LIST'))
  return list.split('\n').filter((line) => line.includes(` name=${name} `)).length
}

describe('memory follows over', () => {
  const clients = [
    { version: 'ioredis 6', make: (options: object) => new Redis6(options), of: 2 },
    { version: 'ioredis 6 in RESP2', make: (options: object) => new Redis6({ ...options, protocol: 2 }), of: 3 },
    { version: 'ioredis 5', make: (options: object) => new Redis5(options), of: 3 },
  ]

  it.each(clients)('a given client of $version, with a prefix and a database of its own', async ({ make, of }) => {
    const given = make({ port: server.port, host: '127.0.0.1', db: 3, keyPrefix: 'theirs:', stringNumbers: true })
    const writer = new Redis6({ port: server.port, host: '127.0.0.1', db: 3 })
    const instance = open(given)
    await follows(instance, writer)
    expect(await connections()).toBe(of)
    await instance.close()
    await until(async () => (await connections()) === 0)
    expect(await given.ping()).toBe('PONG')
    given.disconnect()
    writer.disconnect()
  })

  it('TLS, with certificates of both sides and a password', async () => {
    await using material = await tlsMaterial()
    await using secure = await startRedis({
      tls: { ...material, clientCertificates: 'required' },
      password: 'p@ss',
    })
    const tls = { ca: material.ca.cert, cert: material.client.cert, key: material.client.key }
    const writer = new Redis6(secure.port, '127.0.0.1', { tls, password: 'p@ss' })
    const instance = open({ url: secure.url, tls })
    await follows(instance, writer)
    await instance.close()
    writer.disconnect()
  })

  describe('Sentinel', () => {
    let setup: SentinelSetup
    beforeAll(async () => {
      setup = await startSentinel()
    })
    afterAll(() => setup.stop())

    it('before and after another server has become the master', { timeout: 120_000 }, async () => {
      const instance = open(setup.url)
      const before = new Redis6((await setup.master()).port)
      await follows(instance, before)
      before.disconnect()
      // Sentinel may give a failover up.
      await setup.failover().catch(() => setup.failover())
      const after = new Redis6((await setup.master()).port)
      await until(async () => {
        await instance.cache.set(PATH, 'probe')
        return (await after.exists(KEY)) === 1
      }, 20_000)
      await follows(instance, after)
      after.disconnect()
    })
  })
})

describe('connections', () => {
  const named = (name: string): Redstart => open({ url: server.url, connectionName: name })

  it('are made by the first use: one for everything else, and one for what is told', async () => {
    const instance = named('lazy')
    await setTimeout(50)
    expect(await connections('lazy')).toBe(0)
    await instance.cache.get('menu:other')
    await until(async () => (await connections('lazy')) === 2)
    for (let n = 0; n < 20; n++) await instance.cache.getOrSet(`menu:${n}`, () => n)
    expect(await connections('lazy')).toBe(2)
    await instance.close()
    await until(async () => (await connections('lazy')) === 0)
  })

  it('are not there after an instance was closed before it was used, or while it was connecting', async () => {
    await named('unused').close()
    const early = named('early')
    const read = early.cache.get(PATH).catch(() => undefined)
    await early.close()
    await read
    await until(async () => (await connections('unused')) + (await connections('early')) === 0)
    await setTimeout(50)
    expect((await connections('unused')) + (await connections('early'))).toBe(0)
  })

  it('do not become more while they are lost and made again', async () => {
    const instance = named('killed')
    await instance.cache.getOrSet(PATH, () => 'value')
    await tracks(instance)
    for (let n = 0; n < 4; n++) {
      await server.command('CLIENT', 'KILL', 'TYPE', 'pubsub')
      await until(async () => (await instance.cache.get(PATH)) !== undefined && (await connections('killed')) === 2)
      await tracks(instance)
    }
    await setTimeout(50)
    expect(await connections('killed')).toBe(2)
  })
})
