import { type SentinelSetup, startSentinel } from '@redstart/testing'
import { describeCacheStore } from '@redstart/testing/contract'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CacheStore } from '../../src/cache/cache-store.ts'
import { redis } from '../../src/redis/index.ts'
import { watch } from '../cluster/witness.ts'
import { entry, freePort, G1, G2, invalidation, openStore, until } from './server.ts'

const password = 'p@ss:word'
let setup: SentinelSetup
beforeAll(async () => {
  // A master that nobody follows any more refuses what would be lost.
  setup = await startSentinel({ password, replicas: 2, args: ['--min-replicas-to-write', '1'] })
})
afterAll(async () => await setup.stop())

describeCacheStore('Redis behind Sentinel', async (options) => ({
  backend: redis({ url: setup.url, ...options }),
  // Redis's reply has the seconds first.
  now: async () => Number(((await (await setup.master()).command('TIME')) as string[])[0]) * 1000,
  dispose: async () => {},
}))

const ask = async (store: CacheStore, candidate: string): Promise<string | undefined> =>
  (await store.read({ keys: [], question: { candidate, keep: 60_000 } }, 2000)).answer?.generation

describe('a master behind Sentinel', () => {
  it('is found by options, and by one sentinel that answers', async () => {
    const [{ host, port } = { host: '', port: 0 }] = setup.sentinels
    const sentinels = [
      { host: '127.0.0.1', port: await freePort() },
      { host, port },
    ]
    const { store } = openStore({ sentinels, name: setup.name, password })
    expect(await ask(store, G1)).toBe(G1)
    await store.close()
  })

  it('that the sentinels do not know is STORE_UNAVAILABLE', async () => {
    const { store } = openStore({ url: setup.url, name: 'nobody', connectTimeout: 300 })
    await expect(store.read({ keys: ['n:k'] }, 2000)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    await store.close()
  })

  it('that changes ends the generation, and the new one is found without being told', async () => {
    const { sentinels, name } = setup
    const places = sentinels.map(({ host, port }) => ({ host, port }))
    const given = new Redis({ sentinels: places, name, password, lazyConnect: true })
    const { store, app } = openStore(given)
    const stores = [store, openStore(setup.url, app).store]
    const paths = ['n:a', 'n:b', 'n:c']
    const kept = { key: 'n:kept', bytes: entry(G1, 2), ttl: 60_000, generation: G1, clock: 2 }
    expect(await ask(store, G1)).toBe(G1)
    await store.write(kept, 2000)
    const report = await watch(stores, paths, async (sofar) => {
      await setup.failover()
      for (const each of stores) {
        await until(async () => {
          const generation = await ask(each, G2).catch(() => G1)
          return generation !== G1
        }, 30_000)
      }
      await until(() => Math.min(sofar.hits, sofar.invalidations) > 20, 20_000)
    })
    expect(report.stale).toEqual([])
    for (const code of report.errors.keys()) expect(code).toMatch(/^STORE_(TIMEOUT|UNAVAILABLE|FAILED)$/)
    expect(Math.min(report.hits, report.invalidations)).toBeGreaterThan(20)
    expect((await store.read({ keys: ['n:kept'] }, 2000)).entries).toEqual([kept.bytes])
    expect(given.status).toBe('wait')
    await Promise.all(stores.map((each) => each.close()))
  })

  it('that was replaced and does not know it yet takes no invalidation that the new one does not know', async () => {
    await until(async () => (await setup.replicas()).length === 2, 20_000)
    const { store, app } = openStore(setup.url)
    const later = openStore(setup.url, app).store
    expect(await ask(store, G1)).toBe(G1)
    await setup.failover()
    await until(async () => (await ask(later, G2).catch(() => G1)) === G2, 20_000)
    let refused = 0
    await until(async () => {
      const done = await store.invalidate(invalidation(['y']), 2000).catch(() => undefined)
      if (done === undefined) return (refused += 1) < 0
      const { snapshot } = await later.read({ keys: [], names: ['y'] }, 2000)
      expect(snapshot).toMatchObject({ generation: done.generation })
      expect(snapshot?.markers.get('y')?.hard).toBe(done.clock)
      return true
    }, 20_000)
    expect(refused).toBeGreaterThan(0)
    await Promise.all([store.close(), later.close()])
  })
})
