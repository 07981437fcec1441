import { Cluster } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RedisCluster, startRedisCluster } from '../src/index.ts'

let cluster: RedisCluster
beforeAll(async () => {
  cluster = await startRedisCluster({ password: 'p@ss' })
})
afterAll(async () => await cluster.stop())

const failed = (text: RegExp): unknown =>
  expect.objectContaining({ code: 'STORE_FAILED', message: expect.stringMatching(text) as string })

describe('a cluster', () => {
  it('serves all slots with three masters, each knowing the others', async () => {
    expect(cluster.urls).toEqual(cluster.nodes.map(({ port }) => `redis://:p%40ss@127.0.0.1:${port}`))
    expect(cluster.nodes).toHaveLength(3)
    for (let node = 0; node < 3; node += 1) {
      const info = String(await cluster.command(node, 'CLUSTER', 'INFO'))
      expect(info).toContain('cluster_state:ok\r\n')
      expect(info).toContain('cluster_known_nodes:3\r\n')
      expect(info).toContain('cluster_size:3\r\n')
    }
    expect(await Promise.all([0, 5460, 5461, 10_921, 10_922, 16_383].map(cluster.ownerOf))).toEqual([0, 0, 1, 1, 2, 2])
  })

  it.each(['', 'k', '{', '{}k', '{a}:b', 'a{b}c{d}', '}{a', '{a', 'é{ü}', 'x'.repeat(300)])(
    'knows the slot of %j as Redis does',
    async (key) => expect(await cluster.command(0, 'CLUSTER', 'KEYSLOT', key)).toBe(cluster.slotOf(key)),
  )

  it('is used by a client that is told one node', async () => {
    const [node] = cluster.nodes
    const client = new Cluster([{ host: '127.0.0.1', port: node?.port ?? 0 }], { redisOptions: { password: 'p@ss' } })
    await Promise.all(Array.from({ length: 50 }, async (_, n) => await client.set(`k${n}`, n)))
    expect(await Promise.all(Array.from({ length: 50 }, async (_, n) => Number(await client.get(`k${n}`))))).toEqual(
      Array.from({ length: 50 }, (_, n) => n),
    )
    client.disconnect()
    for (let n = 0; n < 3; n += 1) expect(await cluster.command(n, 'DBSIZE')).toBeGreaterThan(0)
  })

  it('moves a slot with its keys; on the way the old master answers ASK, afterwards MOVED', async () => {
    const slot = cluster.slotOf('{moved}')
    const from = await cluster.ownerOf(slot)
    const to = (from + 1) % 3
    for (let n = 0; n < 250; n += 1) await cluster.command(from, 'SET', `{moved}:${n}`, n)
    await cluster.moveSlot(slot, to, async () => {
      await expect(cluster.command(from, 'GET', '{moved}:1')).rejects.toEqual(failed(/^ASK /))
      await expect(cluster.command(to, 'GET', '{moved}:1')).rejects.toEqual(failed(/^MOVED /))
    })
    expect(await cluster.ownerOf(slot)).toBe(to)
    expect(await cluster.command(to, 'GET', '{moved}:249')).toBe('249')
    expect(await cluster.command(to, 'CLUSTER', 'COUNTKEYSINSLOT', slot)).toBe(250)
    for (const other of [from, (from + 2) % 3]) {
      const port = cluster.nodes[to]?.port
      await expect(cluster.command(other, 'GET', '{moved}:1')).rejects.toEqual(
        failed(new RegExp(`^MOVED ${slot} 127.0.0.1:${port}$`)),
      )
    }
    await cluster.moveSlot(slot, to)
    await cluster.moveSlot(slot, from)
    expect(await cluster.ownerOf(slot)).toBe(from)
  })

  it('refuses what is no slot, no node, or out of range', async () => {
    const invalid = { code: 'INVALID_ARGUMENT' }
    await expect(cluster.ownerOf(16_384)).rejects.toMatchObject(invalid)
    await expect(cluster.moveSlot(-1, 0)).rejects.toMatchObject(invalid)
    await expect(cluster.moveSlot(0, 3)).rejects.toMatchObject(invalid)
    await expect(cluster.command(3, 'PING')).rejects.toMatchObject(invalid)
    await expect(startRedisCluster({ masters: 0 })).rejects.toMatchObject(invalid)
    await expect(startRedisCluster({ nodeTimeout: 1 })).rejects.toMatchObject(invalid)
  })
})

describe('replicas', () => {
  it('follow their master, and one takes over when the master is gone', async () => {
    await using replicated = await startRedisCluster({ replicas: 1 })
    expect(replicated.nodes).toHaveLength(6)
    const [master, replica] = [replicated.nodes[0], replicated.nodes[3]]
    await master?.command('SET', 'follow{06S}', 'v')
    expect(await replicated.ownerOf(replicated.slotOf('{06S}'))).toBe(0)
    expect(await master?.command('WAIT', 1, 5000)).toBe(1)
    expect(await replica?.command('ROLE')).toEqual(expect.arrayContaining(['slave', master?.port]))
    await master?.stop()
    await expect.poll(async () => await replicated.ownerOf(0).catch(() => -1), { timeout: 20_000 }).toBe(3)
    expect(await replica?.command('GET', 'follow{06S}')).toBe('v')
  })
})
