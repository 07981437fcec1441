import { type RedisCluster, startRedisCluster } from '@redstart/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRedstart, gcra, slidingLog, slidingWindow } from '../../src/index.ts'
import { redis } from '../../src/redis/index.ts'
import { documentedRights } from '../redis/rights.ts'
import { appName, dumped, kept, TIMEOUT, timedRedis } from './places.ts'
import { steps } from './random.ts'
import { checked, itemOf } from './suite/steps.ts'
import { limiterTests } from './suite/engine.ts'
import { keptTests } from './suite/kept.ts'
import { lateTests } from './suite/late.ts'
import { leaseTests } from './suite/leases.ts'
import { limitStoreTests } from './suite/limits.ts'

const password = 'p@ss/w:rd'
const { always, cluster: ofCluster, limits } = documentedRights('app*')

let cluster: RedisCluster
beforeAll(async () => {
  cluster = await startRedisCluster({ password })
  for (let node = 0; node < 3; node += 1)
    await cluster.command(node, 'ACL', 'SETUSER', 'least', 'on', `>${password}`, ...always, ...ofCluster, ...limits)
})
afterAll(async () => await cluster.stop())

function url(): string {
  const places = cluster.nodes.map(({ host, port }) => `${host}:${port}`)
  return `redis+cluster://least:${encodeURIComponent(password)}@${places.join(',')}`
}

describe('limits in a Redis Cluster, as a user with just enough rights', () => {
  limitStoreTests(
    {
      backend: () => redis(url()),
      timed: (app) => timedRedis(url(), app),
      single: false,
      dump: async (app) => await dumped(cluster.nodes, app),
      flushScripts: async () =>
        void (await Promise.all([0, 1, 2].map(async (node) => await cluster.command(node, 'SCRIPT', 'FLUSH')))),
    },
    { steps: steps(15) },
  )
})

describe('limits of keys in several slots', () => {
  const policy = gcra({ rate: '1/1m', burst: 3 })
  const keys = ['a', 'b', 'c', 'd', 'e']

  it('take from all, or give back exactly what some took', async () => {
    const timed = timedRedis(url())
    const log = slidingLog({ limit: 3, window: '1m' })
    const strict = slidingWindow({ limit: 3, window: '1m', strict: true })
    const items = [...keys.map((key) => itemOf(policy, key, 1, `of-${key}`)), itemOf(log, 'f'), itemOf(strict, 'g')]
    expect(await checked(timed, items)).toMatchObject({ allowed: true, trips: 7, granted: 1 })
    await checked(timed, itemOf(policy, 'c', 2, 'of-c'))
    const refused = await checked(timed, items)
    // Six slots have taken, and have given back.
    expect(refused).toMatchObject({ allowed: false, trips: 13, granted: 0 })
    expect(refused.results.map(({ remaining }) => remaining)).toEqual([2, 2, 0, 2, 2, 2, 2])
    const looks = await checked(timed, items, 'nothing')
    expect(looks.results.map(({ remaining }) => remaining)).toEqual([2, 2, 0, 2, 2, 2, 2])
    await timed.store.close()
  })

  it('grant what the least of them has, and give the rest back', async () => {
    const timed = timedRedis(url())
    await checked(timed, itemOf(policy, 'b', 2, 'of-b'))
    const items = keys.map((key) => itemOf(policy, key, 3, `of-${key}`))
    expect(await checked(timed, items, 'upto')).toMatchObject({ allowed: true, granted: 1 })
    const looks = await checked(timed, items, 'nothing')
    expect(looks.results.map(({ remaining }) => remaining)).toEqual([2, 0, 2, 2, 2])
    await timed.store.close()
  })

  it('remember an id only where all have passed', async () => {
    const timed = timedRedis(url())
    const items = keys.map((key) => itemOf(policy, key, 1, `of-${key}`))
    const request = { items, taking: 'all', remember: { id: 'once', ms: 60_000 } } as const
    await checked(timed, itemOf(policy, 'e', 3, 'of-e'))
    expect(await timed.store.check(request, TIMEOUT)).toMatchObject({ allowed: false, duplicate: false })
    timed.now += 60_000_000
    expect(await timed.store.check(request, TIMEOUT)).toMatchObject({ allowed: true, duplicate: false })
    expect(await timed.store.check(request, TIMEOUT)).toMatchObject({ allowed: true, duplicate: true })
    expect((await checked(timed, items, 'nothing')).results.map(({ remaining }) => remaining)).toEqual([2, 2, 2, 2, 0])
    await timed.store.close()
  })

  // Redis answers nothing of several keys of which one is not there yet, and a key that is not blocked has no block.
  it('are decided without Redis while their slot moves, and by Redis again after that', async () => {
    const app = appName()
    const { limiter, close } = createRedstart({ app, backend: redis(url()), policies: { api: policy } })
    await expect.poll(async () => (await limiter.check('api', { key: 'k' })).mode).toBe('redis')
    const slot = cluster.slotOf(`${app}:!rl:{k}:`)
    const from = await cluster.ownerOf(slot)
    await cluster.moveSlot(slot, (from + 1) % 3, async () => {
      expect(await limiter.check('api', { key: 'k' })).toMatchObject({ allowed: true, mode: 'local' })
    })
    const look = async (): Promise<unknown> => await limiter.peek('api', { key: 'k' })
    await expect.poll(look).toMatchObject({ mode: 'redis', policies: { api: { remaining: 2 } } })
    await close()
  })
})

describe('a limiter over a Redis Cluster', () => {
  limiterTests(() => redis(url()), 'redis')
  leaseTests(() => redis(url()))
  keptTests(
    () => redis(url()),
    async (app) => await kept(cluster.nodes, app),
  )
  lateTests(
    () => redis(url()),
    () => ({
      pause: () => cluster.nodes.forEach((node) => node.pause()),
      resume: () => cluster.nodes.forEach((node) => node.resume()),
    }),
  )
})
