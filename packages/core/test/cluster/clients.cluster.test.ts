import { type RedisCluster, startRedisCluster } from '@redstart/testing'
import { Cluster as Cluster6 } from 'ioredis'
import { Cluster as Cluster5 } from 'ioredis-5'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Hint } from '../../src/cache/cache-store.ts'
import type { redis } from '../../src/redis/index.ts'
import { entry, freePort, G1, G2, invalidation, openStore, until } from '../redis/server.ts'

const password = 'pa:ss@wo/rd'
let cluster: RedisCluster
beforeAll(async () => {
  cluster = await startRedisCluster({ password })
})
afterAll(async () => await cluster.stop())

const places = (): { host: string; port: number }[] => cluster.nodes.map(({ host, port }) => ({ host, port }))

/** Writes, reads, invalidates and hears through a store. */
async function use(target: Parameters<typeof redis>[0]): Promise<void> {
  const { store, app } = openStore(target)
  const heard: Hint[] = []
  store.subscribe((hint) => heard.push(hint))
  try {
    const paths = Array.from({ length: 12 }, (_, n) => `n:${n}`)
    for (const key of paths) await store.write({ key, bytes: entry(G1, 1), ttl: 5000, generation: G1, clock: 1 }, 2000)
    expect(await cluster.command(await cluster.ownerOf(cluster.slotOf(`${app}:n:0`)), 'EXISTS', `${app}:n:0`)).toBe(1)
    const { answer } = await store.read({ keys: [], question: { candidate: G2, keep: 5000 } }, 2000)
    expect(answer?.generation).toBe(G2)
    const done = await store.invalidate(invalidation(['a']), 2000)
    await until(() => heard.length > 0)
    expect(heard).toEqual([{ ...done, names: ['a'], kind: 'hard', deadline: Infinity }])
    expect((await store.read({ keys: paths }, 2000)).entries).toEqual(paths.map(() => entry(G1, 1)))
  } finally {
    await store.close()
  }
}

async function connections(): Promise<number> {
  const lists = await Promise.all(cluster.nodes.map((_, node) => cluster.command(node, 'CLIENT', 'LIST')))
  return lists.reduce<number>((sum, list) => sum + String(list).split(' name=redstart ').length - 1, 0)
}

describe('a Cluster', () => {
  it.each([
    ['a URL with one node', () => `redis+cluster://:${encodeURIComponent(password)}@127.0.0.1:${places()[0]?.port}`],
    ['options', () => ({ cluster: places(), password })],
    ['options with a pool', () => ({ cluster: places(), password, poolSize: 3 })],
    ['a URL and options', () => ({ url: `redis+cluster://127.0.0.1:${places()[1]?.port}`, password })],
  ])('is found by %s, and no connection is left after close', async (_, target) => {
    await use(target())
    await until(async () => (await connections()) === 0)
  })

  it('is found when only the last of the nodes that are named answers', async () => {
    const [node = { host: '', port: 0 }] = places()
    const gone = await Promise.all(
      Array.from({ length: 4 }, async () => ({ host: '127.0.0.1', port: await freePort() })),
    )
    await use({ cluster: [...gone, node], password })
  })

  it('that is not there is STORE_UNAVAILABLE, with the reason', async () => {
    const { store } = openStore({ cluster: [{ host: '127.0.0.1', port: await freePort() }] })
    await expect(store.read({ keys: ['n:k'] }, 2000)).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining('ECONNREFUSED'),
    })
    await store.close()
  })

  it('with another password says so without repeating ours', async () => {
    const { store } = openStore({ cluster: places(), password: 'hunter2' })
    const error: unknown = await store.read({ keys: ['n:k'] }, 2000).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE', message: expect.stringContaining('WRONGPASS') })
    expect(JSON.stringify(error) + String(error)).not.toContain('hunter2')
    await store.close()
  })

  it('node that was taken for a server of its own is told from it', async () => {
    const { store } = openStore(cluster.urls[0] ?? '')
    const errors = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        store.read({ keys: [`n:${n}`] }, 2000).catch((error: Error) => error.message),
      ),
    )
    expect(errors).toContainEqual(expect.stringContaining('redis+cluster:'))
    await store.close()
  })
})

describe.each([
  { version: 6, make: (nodes: object[], options: object) => new Cluster6(nodes, options) },
  { version: 5, make: (nodes: object[], options: object) => new Cluster5(nodes, options) },
])('a given Cluster client of ioredis $version', ({ make }) => {
  it('is taken over without its prefix, and neither changed nor closed', async () => {
    const options = { keyPrefix: 'pre:', redisOptions: { password, connectionName: 'theirs', protocol: 2 } }
    const client = make(places().slice(0, 1), options)
    await client.set('k', 'v')
    const picture = (): unknown => [
      client.eventNames().map((name) => [name, client.listenerCount(name)]),
      { ...client.options },
      client.status,
    ]
    const before = picture()
    await use(client)
    expect(picture()).toEqual(before)
    expect(await client.get('k')).toBe('v')
    client.disconnect()
  })
})
