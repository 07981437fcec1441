import { type RedisCluster, startRedisCluster } from '@redstart/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createRedstart, type Redstart } from '../../src/index.ts'
import { redis } from '../../src/redis/index.ts'

let cluster: RedisCluster
beforeAll(async () => {
  cluster = await startRedisCluster({ nodeTimeout: 30_000 })
})
afterAll(async () => await cluster.stop())

let apps = 0
let one: Redstart
let two: Redstart
beforeEach(async () => {
  const backend = redis({ cluster: cluster.nodes.map(({ host, port }) => ({ host, port })) })
  const options = { app: `engine${++apps}`, backend, deadline: '10s' } as const
  ;[one, two] = [createRedstart(options), createRedstart(options)]
  await Promise.all([one.ready({ timeout: '30s' }), two.ready({ timeout: '30s' })])
})
afterEach(async () => await Promise.all([one.close(), two.close()]))

const IDS = Array.from({ length: 12 }, (_, id) => id)

describe('two instances over a Cluster', () => {
  it('load each entry of a definition once between them with a lease, whichever node has it', async () => {
    const loads = new Map<number, number>()
    let release = (): void => undefined
    const released = new Promise<void>((resolve) => (release = resolve))
    const define = ({ cache }: Redstart) =>
      cache.define('dish', { key: (id: number) => id, ttl: '1m', lease: true }, async (id) => {
        loads.set(id, (loads.get(id) ?? 0) + 1)
        await released
        return { id, name: `dish ${id}` }
      })
    const [dish, sameDish] = [define(one), define(two)]
    const reading = [...IDS.map((id) => dish(id)), ...IDS.map((id) => sameDish(id))]
    await expect.poll(() => loads.size).toBe(IDS.length)
    release()
    expect(await Promise.all(reading)).toEqual([...IDS, ...IDS].map((id) => ({ id, name: `dish ${id}` })))
    expect([...loads.values()]).toEqual(IDS.map(() => 1))
  })

  it('see what the other one invalidates, by entry, by tag and by namespace', async () => {
    let version = 1
    const load = (id: number) => ({ id, kind: `kind${id % 3}`, version })
    const tags = ({ kind }: ReturnType<typeof load>): string[] => [kind]
    const define = ({ cache }: Redstart) => cache.define('dish', { key: (id: number) => id, ttl: '1m', tags }, load)
    const [dish, sameDish] = [define(one), define(two)]
    const versions = async (): Promise<number[]> =>
      (await Promise.all(IDS.map((id) => sameDish(id)))).map((made) => made.version)
    await Promise.all(IDS.map((id) => dish(id)))
    expect(await versions()).toEqual(IDS.map(() => 1))
    version = 2
    expect(await dish.invalidate(4)).toEqual({ reached: 'all' })
    await expect.poll(versions).toEqual(IDS.map((id) => (id === 4 ? 2 : 1)))
    version = 3
    expect(await two.invalidate({ tags: ['kind0'] })).toMatchObject({ reached: 'all' })
    expect(await versions()).toEqual(IDS.map((id) => (id === 4 ? 2 : id % 3 === 0 ? 3 : 1)))
    version = 4
    expect(await one.invalidate({ namespace: 'dish' })).toMatchObject({ reached: 'all' })
    await expect.poll(versions).toEqual(IDS.map(() => 4))
  })

  it('see what the other one sets, touches and deletes', async () => {
    const keys = IDS.map((id) => `note:${id}`)
    expect(await one.cache.setMany(keys.map((key) => [key, 'old'] as const))).toEqual({ reached: 'all' })
    expect([...(await two.cache.getMany(keys)).values()]).toEqual(keys.map(() => 'old'))
    expect(await two.cache.set('note:3', 'new')).toEqual({ reached: 'all' })
    await expect.poll(() => one.cache.get('note:3')).toBe('new')
    expect(await one.cache.touch('note:5', { ttl: '2h' })).toBe(true)
    expect((await one.cache.ttl('note:5'))?.fresh).toBeGreaterThan(3_600_000)
    expect(await one.cache.delete('note:7')).toEqual({ reached: 'all' })
    await expect.poll(() => two.cache.has('note:7')).toBe(false)
    expect(await two.cache.has('note:8')).toBe(true)
  })
})
