import { type RedisCluster, startRedisCluster } from '@redstart/testing'
import { afterAll, beforeAll, describe } from 'vitest'
import { redis } from '../../src/redis/index.ts'
import { raceTests } from './suite/races.ts'
import { keyTests } from './suite/keys.ts'
import { recordTests } from './suite/records.ts'
import { surfaceTests } from './suite/surface.ts'

let cluster: RedisCluster
beforeAll(async () => {
  cluster = await startRedisCluster({ nodeTimeout: 30_000 })
})
afterAll(async () => await cluster.stop())

describe('sessions in a Redis Cluster', () => {
  raceTests(() => redis({ cluster: cluster.nodes.map(({ host, port }) => ({ host, port })) }))
  surfaceTests(() => redis({ cluster: cluster.nodes.map(({ host, port }) => ({ host, port })) }))
  keyTests(() => redis({ cluster: cluster.nodes.map(({ host, port }) => ({ host, port })) }))
  recordTests(() => redis({ cluster: cluster.nodes.map(({ host, port }) => ({ host, port })) }))
})
