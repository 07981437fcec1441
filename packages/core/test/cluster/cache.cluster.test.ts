import { type RedisCluster, startRedisCluster } from '@redstart/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Backend, createRedstart, type Redstart } from '../../src/index.ts'
import { redis } from '../../src/redis/index.ts'

let cluster: RedisCluster
beforeAll(async () => {
  cluster = await startRedisCluster({ nodeTimeout: 30_000 })
})
afterAll(async () => await cluster.stop())

function openAt(app: string, backend: Backend, deadline: '1s' | '5s' = '5s'): Redstart {
  return createRedstart({ app, backend, deadline })
}

it('two instances share what one of them loaded, and both load anew what was invalidated', async () => {
  const backend = redis({ cluster: cluster.nodes.map(({ host, port }) => ({ host, port })) })
  const [one, two] = [openAt('shop', backend), openAt('shop', backend)]
  let loads = 0
  let version = 1
  const dishes = (instance: typeof one): Promise<string[]> =>
    Promise.all(
      Array.from({ length: 20 }, (_, id) =>
        instance.cache.getOrSet(
          `menu:${id}`,
          () => {
            loads += 1
            return `dish ${id}, version ${version}`
          },
          { ttl: '1m', tags: [`category:${id % 2}`] },
        ),
      ),
    )
  try {
    const first = await dishes(one)
    expect(await dishes(two)).toEqual(first)
    expect(loads).toBe(20)
    version = 2
    expect(await one.invalidate({ tags: ['category:1'] })).toMatchObject({ reached: 'all' })
    const after = first.map((dish, id) => (id % 2 === 1 ? dish.replace('version 1', 'version 2') : dish))
    expect(await dishes(one)).toEqual(after)
    await expect.poll(() => dishes(two)).toEqual(after)
    expect(loads).toBe(30)
  } finally {
    await Promise.all([one.close(), two.close()])
  }
})

it('a node that stands still costs its own entries a load and one deadline, and no error', async () => {
  const backend = redis({ cluster: cluster.nodes.map(({ host, port }) => ({ host, port })) })
  const [writer, reader] = [openAt('still', backend), openAt('still', backend, '1s')]
  await reader.ready({ timeout: '30s' })
  const still = ((await cluster.ownerOf(cluster.slotOf('{still}:meta'))) + 1) % 3
  const keys = Array.from({ length: 20 }, (_, id) => `menu:${id}`)
  const read = async (instance: typeof reader, value: string): Promise<string[]> =>
    await Promise.all(keys.map((key) => instance.cache.getOrSet(key, () => value, { ttl: '1m' })))
  try {
    await read(writer, 'stored')
    cluster.nodes[still]?.pause()
    const start = performance.now()
    const values = await read(reader, 'loaded')
    expect(performance.now() - start).toBeLessThan(8000)
    const owners = await Promise.all(
      [0, 1, 2].filter((node) => node !== still).map((node) => cluster.command(node, 'KEYS', 'still:menu:*')),
    )
    const reachable = new Set(owners.flat().map(String))
    expect(values).toEqual(keys.map((key) => (reachable.has(`still:${key}`) ? 'stored' : 'loaded')))
    expect(new Set(values)).toEqual(new Set(['stored', 'loaded']))
  } finally {
    cluster.nodes[still]?.resume()
    await Promise.all([writer.close(), reader.close()])
  }
})
