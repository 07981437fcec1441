import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { faultProxy } from '@redstart/testing'
import { Redis as Redis6 } from 'ioredis'
import { Redis as Redis5 } from 'ioredis-5'
import { build } from 'vite'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { CacheStore, Hint } from '../../src/cache/cache-store.ts'
import { entry, G1, invalidation, openStore, Server, until } from './server.ts'

let server: Server
beforeAll(async () => {
  server = await Server.start()
})
afterAll(() => server.stop())

async function use(store: CacheStore, times = 1): Promise<void> {
  for (let n = 0; n < times; n++) await store.read({ keys: ['n:k'] }, 2000)
}

describe.each([
  { version: 6, connections: 1, make: (options: object) => new Redis6(options) },
  { version: '6 in RESP2', connections: 2, make: (options: object) => new Redis6({ ...options, protocol: 2 }) },
  { version: 5, connections: 2, make: (options: object) => new Redis5(options) },
])('a given client of ioredis $version', ({ connections, make }) => {
  const odd = {
    keyPrefix: 'pre:',
    db: 3,
    enableAutoPipelining: true,
    commandTimeout: 1,
    stringNumbers: true,
    connectionName: 'theirs',
  }
  let client: ReturnType<typeof make>
  beforeEach(() => {
    client = make({ port: server.port, host: '127.0.0.1', ...odd, commandTimeout: 5000 })
  })
  afterEach(() => client.disconnect())

  it('is taken over without its prefix, and neither changed nor closed', async () => {
    await client.ping()
    const picture = (): unknown => [
      client.eventNames().map((name) => [name, client.listenerCount(name)]),
      { ...client.options },
      client.status,
    ]
    const before = picture()
    const { store, app } = openStore(client)
    const hints: Hint[] = []
    store.subscribe((hint) => hints.push(hint))
    await store.write({ key: 'n:k', bytes: entry(G1, 1), ttl: 5000, generation: G1, clock: 1 }, 2000)
    const done = await store.invalidate(invalidation(['a', 'ü,b']), 2000)
    await until(() => hints.length === 1)
    expect(hints).toEqual([{ ...done, names: ['a', 'ü,b'], kind: 'hard', deadline: Infinity }])
    const { entries, snapshot } = await store.read(
      { keys: ['n:k'], names: ['a'], question: { candidate: G1, keep: 1000 } },
      2000,
    )
    expect(entries).toEqual([entry(G1, 1)])
    expect(snapshot?.markers.get('a')).toEqual({ hard: 2, soft: 0, deadline: Infinity })
    expect(await server.connections()).toBe(connections)
    const third = make({ port: server.port, host: '127.0.0.1', db: 3 })
    expect(await third.exists(`${app}:n:k`)).toBe(1)
    third.disconnect()
    await store.close()
    expect(picture()).toEqual(before)
    expect(await client.ping()).toBe('PONG')
    await until(async () => (await server.connections()) === 0)
  })

  it('hears again after both connections were cut', async () => {
    const { store } = openStore(client)
    const hints: Hint[] = []
    store.subscribe((hint) => hints.push(hint))
    await use(store)
    for (const type of ['normal', 'pubsub']) await server.control.call('CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'yes')
    await until(async () => (await server.connections()) === connections)
    await until(() =>
      store.invalidate(invalidation(['a']), 1000).then(
        () => true,
        () => false,
      ),
    )
    await until(() => hints.length > 0)
    await store.close()
  })

  it('connects again after connections that were reset while they were set up', async () => {
    await using proxy = await faultProxy(server.url)
    const through = make({ port: proxy.port, host: '127.0.0.1', lazyConnect: true })
    const { store } = openStore(through)
    await use(store)
    proxy.set({ reset: true })
    await setTimeout(300)
    proxy.clear()
    await until(() =>
      use(store).then(
        () => true,
        () => false,
      ),
    )
    await store.close()
  })
})

it('a given client of ioredis 5 hears again after its connections went silent', { timeout: 60_000 }, async () => {
  await using proxy = await faultProxy(server.url)
  const { store, app } = openStore(new Redis5({ port: proxy.port, host: '127.0.0.1', lazyConnect: true }))
  const other = openStore({ url: server.url }, app).store
  const hints: Hint[] = []
  store.subscribe((hint) => hints.push(hint))
  await use(store)
  // What is open stays so, and is never answered again.
  proxy.set({ halfOpen: true })
  await setTimeout(50)
  proxy.clear()
  await until(async () => {
    await use(store).catch(() => undefined)
    await other.invalidate(invalidation(['a']), 1000)
    await setTimeout(100)
    return hints.length > 0
  }, 30_000)
  await Promise.all([store.close(), other.close()])
})

describe('connections', () => {
  it('are made by the first use, one or as many as the pool has, and none is left after close', async () => {
    const { store } = openStore({ url: server.url, connectionName: 'one' })
    store.subscribe(() => {})
    expect(await server.connections('one')).toBe(0)
    await Promise.all([use(store, 5), store.invalidate(invalidation(['a']), 2000)])
    expect(await server.connections('one')).toBe(1)
    const pool = openStore({ url: server.url, connectionName: 'pool', poolSize: 3 }).store
    await use(pool)
    expect(await server.connections('pool')).toBe(1)
    await use(pool, 5)
    await pool.invalidate(invalidation(['a']), 2000)
    expect(await server.connections('pool')).toBe(3)
    await Promise.all([store.close(), pool.close(), pool.close()])
    await until(async () => (await server.connections('pool')) + (await server.connections('one')) === 0)
  })

  it('reject what is pending or comes later with CLOSED, and do not come back', async () => {
    const { store } = openStore({ url: server.url, connectionName: 'closing' })
    const early = [store.read({ keys: ['n:k'] }, 2000), store.invalidate(invalidation(['a']), 2000)]
    const settled = Promise.allSettled(early)
    await store.close()
    for (const result of await settled) expect(result).toMatchObject({ status: 'rejected', reason: { code: 'CLOSED' } })
    await expect(
      store.write({ key: 'n:k', bytes: entry(G1, 1), ttl: 1, generation: G1, clock: 1 }, 100),
    ).rejects.toMatchObject({ code: 'CLOSED' })
    expect(() => store.subscribe(() => {})).toThrow(expect.objectContaining({ code: 'CLOSED' }))
    const open = openStore({ url: server.url, connectionName: 'closing' }).store
    await use(open)
    server.pause()
    const pending = Promise.allSettled([open.read({ keys: ['n:k'] }, 20_000)])
    const start = performance.now()
    await open.close()
    expect((await pending)[0]).toMatchObject({ reason: { code: 'CLOSED' } })
    expect(performance.now() - start).toBeLessThan(5000)
    server.resume()
    await until(async () => (await server.connections('closing')) === 0)
  })

  it('do not add up listeners while they are lost and made again', async () => {
    const client = new Redis6(server.port)
    const duplicates: Redis6[] = []
    const given = {
      status: 'ready',
      options: {},
      duplicate: (options: object) => duplicates[duplicates.push(client.duplicate(options)) - 1],
    }
    const { store } = openStore(given)
    await use(store)
    const listeners = (): unknown =>
      duplicates.map((one) => one.eventNames().map((name) => [String(name), one.listenerCount(name)]))
    const before = listeners()
    for (let n = 0; n < 3; n++) {
      await server.control.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
      await until(
        () =>
          store.read({ keys: ['n:k'] }, 1000).then(
            () => false,
            () => true,
          ),
        200,
      ).catch(() => {})
      await until(() =>
        store.read({ keys: ['n:k'] }, 1000).then(
          () => true,
          () => false,
        ),
      )
    }
    expect(listeners()).toEqual(before)
    expect(duplicates).toHaveLength(1)
    await store.close()
    client.disconnect()
  })

  it.each(['up', 'gone', 'standing still'])(
    'let the process end by itself after close, with the server %s',
    async (state) => {
      const own = await Server.start()
      const child = spawn(process.execPath, [join(folder, 'exit.mjs'), own.url], { stdio: ['pipe', 'pipe', 'inherit'] })
      await once(child.stdout, 'data')
      if (state === 'gone') await own.gone()
      if (state === 'standing still') own.pause()
      const start = performance.now()
      child.stdin.end('close')
      const [code] = await once(child, 'exit')
      expect(code).toBe(0)
      expect(performance.now() - start).toBeLessThan(15_000)
      await own.stop()
    },
  )
})

/** Below the package, so that a bundle in it finds the package's dependencies. */
const folder = fileURLToPath(new URL(`../../node_modules/.exit-${process.pid}`, import.meta.url))

/** Node.js 20 runs no TypeScript: a child process gets a bundle of the sources. */
beforeAll(async () => {
  const source = (file: string): string => fileURLToPath(new URL(`../../src/${file}`, import.meta.url))
  const input = { redis: source('redis/index.ts'), clock: source('clock.ts') }
  await build({
    configFile: false,
    logLevel: 'silent',
    build: { ssr: true, outDir: folder, rollupOptions: { input, output: { entryFileNames: '[name].mjs' } } },
  })
  await writeFile(
    join(folder, 'exit.mjs'),
    `
    import { once } from 'node:events'
    import { systemClock } from './clock.mjs'
    import { redis } from './redis.mjs'
    const store = redis({ url: process.argv[2], poolSize: 2 }).cache({ app: 'exit', clock: systemClock() })
    for (let n = 0; n < 4; n++) await store.read({ keys: ['n:k'] }, 2000)
    console.log('ready')
    await once(process.stdin, 'data')
    await store.read({ keys: ['n:k'] }, 50).catch(() => {})
    await store.close()
  `,
  )
})
afterAll(() => rm(folder, { recursive: true, force: true }))
