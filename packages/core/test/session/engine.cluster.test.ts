import { type RedisCluster, startRedisCluster } from '@redstart/testing'
import { afterAll, beforeAll, describe } from 'vitest'
import { redis } from '../../src/redis/index.ts'
import { sessionTests } from './suite/sessions.ts'

let cluster: RedisCluster
beforeAll(async () => {
  cluster = await startRedisCluster({ nodeTimeout: 30_000 })
})
afterAll(async () => await cluster.stop())

describe('sessions in a Redis Cluster', () => {
  sessionTests(() => redis({ cluster: cluster.nodes.map(({ host, port }) => ({ host, port })) }))
})
