import { setTimeout as wait } from 'node:timers/promises'
import { type RedisCluster, startRedisCluster } from '@redstart/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CacheStore } from '../../src/cache/cache-store.ts'
import { openStore, until } from '../redis/server.ts'
import { type Report, watch } from './witness.ts'

let cluster: RedisCluster
let stores: CacheStore[]
let app: string
beforeEach(async () => {
  cluster = await startRedisCluster({ replicas: 1, nodeTimeout: 1000 })
  const options = {
    cluster: cluster.nodes.map(({ host, port }) => ({ host, port })),
    breaker: { openFor: '100ms', longest: '200ms' },
  } as const
  const first = openStore(options)
  app = first.app
  stores = [first.store, openStore(options, app).store]
})
afterEach(async () => {
  await Promise.all(stores.map((store) => store.close()))
  await cluster.stop()
})

const generationSeenBy = async (store: CacheStore | undefined): Promise<string | undefined> =>
  (await store?.read({ keys: [], names: ['a'] }, 2000).catch(() => undefined))?.snapshot?.generation

/** What is seen while `fail` befalls the master of the markers, and until a replica has taken over for a while. */
async function witness({ fail, comeBack }: Failure): Promise<Report> {
  const paths = Array.from({ length: 8 }, (_, n) => `n:${n}`)
  const slot = cluster.slotOf(`{${app}}:meta`)
  const node = await cluster.ownerOf(slot)
  const report = await watch(stores, paths, async (sofar) => {
    await wait(300)
    const before = await generationSeenBy(stores[0])
    expect(before).toBeDefined()
    await fail(node)
    await until(async () => (await cluster.ownerOf(slot).catch(() => node)) !== node, 20_000)
    await until(async () => {
      const seen = await Promise.all(stores.map(generationSeenBy))
      return seen[0] !== undefined && seen[0] !== before && seen[0] === seen[1]
    }, 20_000)
    await comeBack(node)
    await wait(300)
    await until(() => Math.min(sofar.hits, sofar.loads, sofar.invalidations) > 20, 20_000)
  })
  return report
}

interface Failure {
  readonly fail: (node: number) => Promise<void>
  readonly comeBack: (node: number) => Promise<void>
}

const failures: readonly (readonly [string, Failure])[] = [
  ['is gone', { fail: async (node) => await cluster.nodes[node]?.stop(), comeBack: async () => {} }],
  [
    'stands still, and comes back as a replica',
    {
      fail: async (node) => cluster.nodes[node]?.pause(),
      async comeBack(node) {
        cluster.nodes[node]?.resume()
        await until(async () => String(await cluster.command(node, 'ROLE')).startsWith('slave'))
      },
    },
  ],
]

describe('when the master of the markers fails', () => {
  it.each(failures)(
    'and %s, its replica takes over with another generation, and nothing stale is read',
    async (_, failure) => {
      const report = await witness(failure)
      expect(report.stale).toEqual([])
      for (const code of report.errors.keys()) expect(code).toMatch(/^STORE_(TIMEOUT|UNAVAILABLE|FAILED)$/)
      expect(Math.min(report.hits, report.loads, report.invalidations)).toBeGreaterThan(20)
    },
  )
})
