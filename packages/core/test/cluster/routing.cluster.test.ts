import { countTrips, type RedisCluster, startRedisCluster, type TripCounter } from '@redstart/testing'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { CacheStore, Hint } from '../../src/cache/cache-store.ts'
import { keySlot } from '../../src/redis/cluster/key-slot.ts'
import { entry, G1, G2, invalidation, openStore, until } from '../redis/server.ts'

let cluster: RedisCluster
beforeAll(async () => {
  // A node that stands still for a while is not held to have failed.
  cluster = await startRedisCluster({ nodeTimeout: 30_000 })
})
afterAll(async () => await cluster.stop())

const opened: CacheStore[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map((store) => store.close()))
})

function open(options: object = {}): { store: CacheStore; app: string } {
  const [{ host, port } = { host: '', port: 0 }] = cluster.nodes
  const made = openStore({ cluster: [{ host, port }], ...options })
  opened.push(made.store)
  return made
}

/** `n:0` upward, by the node that has them. */
async function pathsByNode(app: string, count = 30): Promise<readonly (readonly string[])[]> {
  const byNode: string[][] = [[], [], []]
  for (let n = 0; n < count; n += 1) byNode[await cluster.ownerOf(cluster.slotOf(`${app}:n:${n}`))]?.push(`n:${n}`)
  return byNode
}

async function fill(store: CacheStore, paths: readonly string[]): Promise<void> {
  const write = (key: string): Promise<string> =>
    store.write({ key, bytes: entry(G1, 1), ttl: 60_000, generation: G1, clock: 1 }, 2000)
  await Promise.all(paths.map(write))
}

const ask = async (store: CacheStore, candidate: string): Promise<string | undefined> =>
  (await store.read({ keys: [], question: { candidate, keep: 60_000 } }, 2000)).answer?.generation

async function codeOf(call: Promise<unknown>): Promise<string> {
  return await call.then(
    () => 'answered',
    (error: { code: string }) => error.code,
  )
}

/** The index of the node that has the markers. */
const viewNode = (app: string): Promise<number> => cluster.ownerOf(cluster.slotOf(`{${app}}:meta`))

describe('keys', () => {
  it.each(['', 'k', '{', '{}k', '{}{a}', '{a}:b', 'a{b}c{d}', '}{a', '{a', 'é{ü}', '{漢}', 'x'.repeat(300)])(
    'have the slot that Redis gives them: %j',
    async (key) => expect(await cluster.command(0, 'CLUSTER', 'KEYSLOT', key)).toBe(keySlot(key)),
  )

  it('are spread over all masters, and read back in one trip to each', async () => {
    const counters = new Map<string, TripCounter>()
    for (const { host, port, url } of cluster.nodes) counters.set(`${host}:${port}`, await countTrips(url))
    const natMap = (address: string): { host: string; port: number } | undefined => {
      const proxy = counters.get(address)
      return proxy && { host: '127.0.0.1', port: Number(new URL(proxy.url).port) }
    }
    const { store, app } = open({ natMap })
    const byNode = await pathsByNode(app)
    for (const paths of byNode) expect(paths.length).toBeGreaterThan(2)
    await fill(store, byNode.flat())
    for (const [node, paths] of byNode.entries())
      for (const path of paths) expect(await cluster.command(node, 'EXISTS', `${app}:${path}`)).toBe(1)
    const question = { candidate: G1, keep: 60_000 }
    await store.read({ keys: [], question }, 2000)
    for (const counter of counters.values()) counter.reset()
    const { entries, answer } = await store.read({ keys: byNode.flat(), names: ['a'], question }, 2000)
    expect(entries).toEqual(byNode.flat().map(() => entry(G1, 1)))
    expect(answer?.generation).toBe(G1)
    // One more, on another connection, to the node that has the markers.
    const trips = [...counters.values()].map((counter) => counter.trips())
    expect(trips.sort((a, b) => a - b)).toEqual([1, 1, 2])
    await Promise.all([...counters.values()].map((counter) => counter.close()))
  })

  it('are unlinked on every node', async () => {
    const { store, app } = open()
    const paths = (await pathsByNode(app)).flat()
    await fill(store, paths)
    await store.invalidate(invalidation(['a'], { unlink: paths }), 2000)
    const { entries } = await store.read({ keys: paths }, 2000)
    expect(entries).toEqual(paths.map(() => undefined))
  })
})

describe('a node that forgot its scripts', () => {
  it('gets them again within the same call', async () => {
    const { store, app } = open()
    const paths = (await pathsByNode(app)).flat()
    await fill(store, paths)
    await ask(store, G1)
    const flush = async (): Promise<void> => {
      for (let node = 0; node < 3; node += 1) await cluster.command(node, 'SCRIPT', 'FLUSH')
    }
    await flush()
    expect(await ask(store, G2)).toBe(G1)
    await fill(store, paths)
    await flush()
    expect(await store.invalidate(invalidation(['a']), 2000)).toMatchObject({ clock: 2 })
  })
})

describe('a node that stands still', () => {
  it('fails the calls to it alone, at once after five, and comes back', async () => {
    const { store, app } = open({ breaker: { openFor: '200ms', longest: '200ms' } })
    const byNode = await pathsByNode(app)
    await fill(store, byNode.flat())
    await ask(store, G1)
    const still = ((await viewNode(app)) + 1) % 3
    const [path = ''] = byNode[still] ?? []
    const others = byNode.flatMap((paths, node) => (node === still ? [] : paths))
    const readStill = (within = 100): Promise<string> => codeOf(store.read({ keys: [path] }, within))
    cluster.nodes[still]?.pause()
    try {
      const before = performance.now()
      const first = await store.read({ keys: [path, ...others], names: ['a'] }, 1000)
      expect(performance.now() - before).toBeLessThan(8000)
      expect(first.entries).toEqual([undefined, ...others.map(() => entry(G1, 1))])
      expect(first.snapshot?.generation).toBe(G1)
      for (let n = 0; n < 4; n += 1) expect(await readStill()).toBe('STORE_TIMEOUT')
      expect(await readStill()).toBe('STORE_UNAVAILABLE')
      const start = performance.now()
      for (let n = 0; n < 100; n += 1) {
        expect(await readStill()).toBe('STORE_UNAVAILABLE')
        const { entries } = await store.read({ keys: [path, ...others] }, 5000)
        expect(entries).toEqual([undefined, ...others.map(() => entry(G1, 1))])
        await store.invalidate(invalidation(['a']), 5000)
      }
      expect((performance.now() - start) / 300).toBeLessThan(50)
    } finally {
      cluster.nodes[still]?.resume()
    }
    await until(async () => (await readStill(1000)) === 'answered')
  })

  it('fails what needs the markers where it has them, and no read of entries elsewhere', async () => {
    const { store, app } = open()
    const byNode = await pathsByNode(app)
    await fill(store, byNode.flat())
    await ask(store, G1)
    const node = await viewNode(app)
    const others = byNode.flatMap((paths, n) => (n === node ? [] : paths))
    cluster.nodes[node]?.pause()
    try {
      expect(await codeOf(store.read({ keys: others, names: ['a'] }, 100))).toBe('STORE_TIMEOUT')
      expect(await codeOf(store.invalidate(invalidation(['a']), 100))).toBe('STORE_TIMEOUT')
      expect((await store.read({ keys: others }, 5000)).entries).toEqual(others.map(() => entry(G1, 1)))
    } finally {
      cluster.nodes[node]?.resume()
    }
  })
})

describe('the slot of the markers', () => {
  it('that moves ends the generation, for a store that was there and for a new one, which hear each other', async () => {
    const { store, app } = open()
    const slot = cluster.slotOf(`{${app}}:meta`)
    expect(await ask(store, G1)).toBe(G1)
    const before = await cluster.ownerOf(slot)
    await cluster.moveSlot(slot, (before + 1) % 3)
    expect(await ask(store, G2)).toBe(G2)
    const later = openStore({ cluster: cluster.nodes.map(({ host, port }) => ({ host, port })) }, app).store
    opened.push(later)
    expect(await ask(later, G1)).toBe(G2)
    const heard: Hint[] = []
    store.subscribe((hint) => heard.push(hint))
    const done = await later.invalidate(invalidation(['a']), 2000)
    await until(() => heard.length > 0)
    expect(heard).toEqual([{ ...done, names: ['a'], kind: 'hard', deadline: Infinity }])
    await cluster.moveSlot(slot, before)
    expect(await ask(store, G1)).toBe(G1)
  })

  it('that is on its way is read where it is going', async () => {
    const { store, app } = open()
    const slot = cluster.slotOf(`{${app}}:meta`)
    await ask(store, G1)
    const before = await cluster.ownerOf(slot)
    await cluster.moveSlot(slot, (before + 1) % 3, async () => {
      expect(await ask(store, G2)).toBe(G2)
      expect(await store.invalidate(invalidation(['a']), 2000)).toMatchObject({ generation: G2, clock: 2 })
      const fresh = openStore({ cluster: cluster.nodes.map(({ host, port }) => ({ host, port })) }, app).store
      opened.push(fresh)
      expect((await fresh.read({ keys: [], names: ['a'] }, 2000)).snapshot).toMatchObject({ generation: G2, clock: 2 })
    })
    expect(await ask(store, G1)).toBe(G2)
  })
})
