import { setTimeout as wait } from 'node:timers/promises'
import { type RedisCluster, startRedisCluster } from '@redstart/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openStore, until } from '../redis/server.ts'
import { watch } from './witness.ts'

let cluster: RedisCluster
beforeAll(async () => {
  cluster = await startRedisCluster()
})
afterAll(async () => await cluster.stop())

it('slots that move, the one of the markers too, bring no error and no stale read', async () => {
  const options = { cluster: cluster.nodes.map(({ host, port }) => ({ host, port })) }
  const { store, app } = openStore(options)
  const stores = [store, openStore(options, app).store]
  const paths = Array.from({ length: 8 }, (_, n) => `n:${n}`)
  const move = async (key: string): Promise<void> => {
    const slot = cluster.slotOf(key)
    const to = ((await cluster.ownerOf(slot)) + 1) % 3
    await cluster.moveSlot(slot, to, () => wait(150))
    await wait(100)
  }
  try {
    const report = await watch(stores, paths, async (sofar) => {
      for (let round = 0; round < 2; round += 1) {
        for (const path of paths.slice(round, round + 3)) await move(`${app}:${path}`)
        await move(`{${app}}:meta`)
      }
      await until(() => Math.min(sofar.hits, sofar.loads, sofar.invalidations) > 100, 40_000)
    })
    expect(report.stale).toEqual([])
    expect([...report.errors]).toEqual([])
    expect(Math.min(report.hits, report.loads, report.invalidations)).toBeGreaterThan(100)
  } finally {
    await Promise.all(stores.map((each) => each.close()))
  }
})
