import { countTrips, type RedisCluster, startRedisCluster, type TripCounter } from '@redstart/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createRedstart, type Redstart } from '../../src/index.ts'
import { redis } from '../../src/redis/index.ts'

let cluster: RedisCluster
/** One in front of each node, in their order. */
let counters: readonly TripCounter[]
beforeAll(async () => {
  cluster = await startRedisCluster({ nodeTimeout: 30_000 })
  counters = await Promise.all(cluster.nodes.map(({ host, port }) => countTrips(`redis://${host}:${port}`)))
})
afterAll(async () => {
  await Promise.all(counters.map((counter) => counter.close()))
  await cluster.stop()
})

let app = 0
beforeEach(() => {
  app++
})

/** An instance that reaches each node through its counter. */
function join(): Redstart {
  const natMap = Object.fromEntries(
    cluster.nodes.map(({ host, port }, n) => {
      const { hostname, port: counted } = new URL(counters[n]?.url ?? '')
      return [`${host}:${port}`, { host: hostname, port: Number(counted) }]
    }),
  )
  const nodes = cluster.nodes.map(({ host, port }) => ({ host, port }))
  return createRedstart({ app: `together${app}`, deadline: '10s', backend: redis({ cluster: nodes, natMap }) })
}

async function tripsOf(run: () => Promise<unknown>): Promise<number[]> {
  for (const counter of counters) counter.reset()
  await run()
  return counters.map((counter) => counter.trips())
}

const range = (size: number): number[] => Array.from({ length: size }, (_, n) => n)

describe('on a Cluster', () => {
  it.each([64, 100, 1000])('many(%i) and getMany cost one trip to each master, whatever the slots', async (size) => {
    const [writer, reader, other] = [join(), join(), join()]
    try {
      await writer.cache.setMany(range(size).map((id) => [`menu:${id}`, { id }]))
      for (const { cache } of [reader, other])
        await cache.getMany(['menu:0', 'warm:1', 'warm:2', 'warm:3', 'warm:4', 'warm:5', 'warm:6'])
      const dish = reader.cache.define('menu', { key: (id: number) => id }, (): never =>
        expect.fail('nothing is loaded'),
      )
      const ofMany = await tripsOf(async () => {
        expect([...(await dish.many(range(size))).values()]).toEqual(range(size).map((id) => ({ id })))
      })
      const ofGetMany = await tripsOf(async () => {
        expect((await other.cache.namespace('menu').getMany(range(size))).size).toBe(size)
      })
      expect([ofMany, ofGetMany]).toEqual([
        [1, 1, 1],
        [1, 1, 1],
      ])
      expect(await tripsOf(() => dish.many(range(size)))).toEqual([0, 0, 0])
    } finally {
      await Promise.all([writer, reader, other].map(({ close }) => close()))
    }
  })

  it('many loads what no master has in one call, and stores it on all of them', async () => {
    const [one, two] = [join(), join()]
    const loads: number[] = []
    const options = {
      key: (id: number) => id,
      loadMany: (ids: readonly number[]) => (loads.push(ids.length), ids.map(String)),
    }
    try {
      const [here, there] = [one, two].map(({ cache }) => cache.define('menu', options, String))
      if (here === undefined || there === undefined) return expect.fail('two definitions')
      await one.cache.setMany(range(50).map((id) => [`menu:${id}`, `${id}`]))
      expect([...(await here.many(range(200))).values()]).toEqual(range(200).map(String))
      expect(loads).toEqual([150])
      expect([...(await there.many(range(200))).values()]).toEqual(range(200).map(String))
      expect(loads).toEqual([150])
      await one.cache.namespace('menu').clear()
      await vi.waitFor(async () => expect((await two.cache.namespace('menu').getMany(range(200))).size).toBe(0), 20_000)
    } finally {
      await Promise.all([one.close(), two.close()])
    }
  })

  it('setMany and touch reach every master', async () => {
    const [one, two] = [join(), join()]
    try {
      expect(
        await one.cache.setMany(
          range(300).map((id) => [`menu:${id}`, id]),
          { ttl: '1m' },
        ),
      ).toEqual({ reached: 'all' })
      expect([...(await two.cache.namespace('menu').getMany(range(300))).values()]).toEqual(range(300))
      const touched = await Promise.all(range(300).map((id) => one.cache.touch(`menu:${id}`, { ttl: '1h' })))
      expect(touched).toEqual(range(300).map(() => true))
      const third = join()
      const lives = await Promise.all(range(300).map(async (id) => (await third.cache.ttl(`menu:${id}`))?.fresh ?? 0))
      expect(Math.min(...lives)).toBeGreaterThan(3_000_000)
      await third.close()
    } finally {
      await Promise.all([one.close(), two.close()])
    }
  })
})
