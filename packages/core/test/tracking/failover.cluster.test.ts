import { setTimeout } from 'node:timers/promises'
import { type RedisCluster, startRedisCluster } from '@redstart/testing'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRedstart, type Redstart } from '../../src/index.ts'
import { redis } from '../../src/redis/index.ts'
import { Stalls } from './follow.ts'
import { bytesLike, patternOf } from './foreign-writer.ts'

const MAX_STALENESS = 1000
const DEADLINE = 250
const password = 'pass'

let cluster: RedisCluster
let app: string
let instance: Redstart

beforeEach(async () => {
  cluster = await startRedisCluster({ replicas: 1, nodeTimeout: 1000, password })
  // The markers are on the first master, whatever befalls the second.
  app = await nameOn(
    0,
    (n) => `app${n}`,
    (name) => `{${name}}:meta`,
  )
  const backend = redis({
    cluster: cluster.nodes.map(({ host, port }) => ({ host, port })),
    password,
    connectTimeout: '500ms',
    breaker: { openFor: '100ms', longest: '200ms' },
  })
  instance = createRedstart({ backend, app, coherence: 'tracking', maxStaleness: MAX_STALENESS, deadline: DEADLINE })
})
afterEach(async () => {
  await instance.close()
  await cluster.stop()
})

const keyOf = (path: string): string => `${app}:${path}`

/** The first name whose key this node has. */
async function nameOn(node: number, name: (n: number) => string, key: (name: string) => string): Promise<string> {
  for (let n = 0; ; n++) if ((await cluster.ownerOf(cluster.slotOf(key(name(n))))) === node) return name(n)
}
const pathOn = (node: number): Promise<string> => nameOn(node, (n) => `menu:${n}`, keyOf)

async function until(condition: () => Promise<boolean>, ms = 20_000): Promise<void> {
  const end = performance.now() + ms
  while (!(await condition().catch(() => false))) {
    if (performance.now() > end) throw new Error(`not so within ${ms} ms: ${String(condition)}`)
    await setTimeout(5)
  }
}

/** Waits until memory answers a read of the path. */
async function fromMemory(path: string): Promise<void> {
  let l1 = false
  const stop = instance.events.subscribe((event) => void (event.type === 'cache.hit' && (l1 = event.tier === 'l1')))
  await until(async () => (await instance.cache.get(path), l1))
  stop()
}

/** Has an entry in memory, and returns how another program writes it to a node. */
async function hold(path: string, node: number): Promise<(value: unknown, to: number) => Promise<unknown>> {
  const client = new Redis({ port: cluster.nodes[node]?.port ?? 0, password })
  const pattern = await patternOf(
    () => instance.cache.set(path, 'before'),
    () => client.getBuffer(keyOf(path)),
  )
  client.disconnect()
  await fromMemory(path)
  return (value, to) => cluster.command(to, 'SET', keyOf(path), bytesLike(pattern, value), 'PX', 600_000)
}

const isMaster = async (node: number): Promise<boolean> =>
  String(await cluster.command(node, 'ROLE')).startsWith('master')

describe('when a master fails over to its replica', () => {
  it('because it stands still, memory follows the replica', async () => {
    const path = await pathOn(1)
    const write = await hold(path, 1)
    cluster.nodes[1]?.pause()
    await until(() => isMaster(4))
    await write('after', 4)
    await until(async () => (await instance.cache.get(path)) === 'after')
    await followsReplica(path, write)
  })

  it('because it is gone, memory is used again though nobody asks for a key of its own, and follows', async () => {
    const [path, other] = [await pathOn(1), await pathOn(2)]
    const write = await hold(path, 1)
    await hold(other, 2)
    await cluster.nodes[1]?.stop()
    await until(() => isMaster(4))
    await fromMemory(other)
    await write('after', 4)
    await until(async () => (await instance.cache.get(path)) === 'after')
    await followsReplica(path, write)
  })

  async function followsReplica(path: string, write: (value: unknown, to: number) => Promise<unknown>): Promise<void> {
    for (let round = 0; round < 5; round++) {
      await fromMemory(path)
      await write(round, 4)
      await until(async () => (await instance.cache.get(path)) === round)
    }
  }

  it('and the old one lives on without knowing what is written now, memory follows within maxStaleness', async () => {
    const path = await pathOn(1)
    const write = await hold(path, 1)
    // It will be a replica that cannot follow its master.
    await cluster.command(1, 'CONFIG', 'SET', 'masterauth', 'wrong')
    await cluster.command(4, 'CLUSTER', 'FAILOVER')
    await until(() => isMaster(4))
    await until(async () => String(await cluster.command(1, 'INFO', 'replication')).includes('master_link_status:down'))
    // No proof of before the failover stands any more.
    for (const end = performance.now() + MAX_STALENESS; performance.now() < end; await setTimeout(5))
      await instance.cache.get(path)
    await write('after', 4)
    const written = performance.now()
    const stalls = new Stalls()
    await until(async () => (await instance.cache.get(path)) === 'after', 5 * MAX_STALENESS)
    expect(performance.now() - written - stalls.since(written)).toBeLessThan(MAX_STALENESS + DEADLINE)
    stalls.stop()
  })
})
