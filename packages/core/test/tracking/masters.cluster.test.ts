import { setTimeout } from 'node:timers/promises'
import { type RedisCluster, startRedisCluster } from '@redstart/testing'
import { Cluster } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createRedstart, type Redstart } from '../../src/index.ts'
import { redis } from '../../src/redis/index.ts'
import { follow, type Followed, TYPICAL_MS } from './follow.ts'
import { bytesLike, patternOf } from './foreign-writer.ts'

const ROUNDS = process.env['REDSTART_SOAK'] === '1' ? 20_000 : 300
const INSTANCES = 2
const app = 'shop'

let cluster: RedisCluster
let client: Cluster
beforeAll(async () => {
  cluster = await startRedisCluster()
  client = new Cluster(cluster.nodes.map(({ host, port }) => ({ host, port })))
})
afterAll(async () => {
  client.disconnect()
  await cluster.stop()
})

let instances: readonly Redstart[] = []
afterEach(async () => {
  await Promise.all(instances.map((instance) => instance.close()))
})

function open(name = 'redstart'): Redstart {
  const backend = redis({
    cluster: cluster.nodes.map(({ host, port }) => ({ host, port })),
    connectionName: name,
  })
  return createRedstart({ backend, app, coherence: 'tracking', maxStaleness: '2s', deadline: '5s' })
}

const keyOf = (path: string): string => `${app}:${path}`

/** A path whose key this node has. */
async function pathOn(node: number, namespace: string): Promise<string> {
  for (let n = 0; ; n++) {
    const path = `${namespace}:${n}`
    if ((await cluster.ownerOf(cluster.slotOf(keyOf(path)))) === node) return path
  }
}

/** Writes as another program does; undefined before there is an entry. */
async function writerOf(path: string): Promise<(value: unknown) => Promise<unknown>> {
  const write = async (): Promise<unknown> => instances[0]?.cache.set(path, 'first')
  const pattern = await patternOf(write, () => client.getBuffer(keyOf(path)))
  return (value) => client.set(keyOf(path), bytesLike(pattern, value), 'PX', 60_000)
}

function expectFollowed(seen: Followed): void {
  expect(seen.late).toEqual([])
  expect(seen.unseen).toEqual([])
  expect(seen.typical).toBeLessThan(TYPICAL_MS)
}

async function connections(name: string): Promise<readonly { readonly pubsub: number; readonly all: number }[]> {
  return await Promise.all(
    cluster.nodes.map(async (_, node) => {
      const list = String(await cluster.command(node, 'CLIENT', 'LIST')).split('\n')
      const ours = list.filter((line) => line.includes(` name=${name} `))
      // Those that track have a `t` among their flags.
      return { pubsub: ours.filter((line) => / flags=\w*t/.test(line)).length, all: ours.length }
    }),
  )
}

describe('memory follows all masters of a Cluster', () => {
  it('within 50 ms or, on a busy machine, soon, a key on each of them', async () => {
    instances = Array.from({ length: INSTANCES }, () => open())
    for (let node = 0; node < 3; node++) {
      const path = await pathOn(node, 'each')
      const seen = await follow(instances, path, Math.ceil(ROUNDS / 3), await writerOf(path))
      expectFollowed(seen)
      expect(seen.l1).toBeGreaterThan(ROUNDS / 3)
    }
  })

  it('over one connection to each, and one more to the one that has the markers', async () => {
    instances = [open('counted')]
    const [instance] = instances
    for (let node = 0; node < 3; node++) {
      const path = await pathOn(node, 'counted')
      for (let n = 0; n < 20; n++) await instance?.cache.getOrSet(path, () => n)
    }
    const each = await connections('counted')
    expect(each.map(({ pubsub }) => pubsub)).toEqual([1, 1, 1])
    expect(each.reduce((sum, { all }) => sum + all, 0)).toBeLessThanOrEqual(3 + 3 + 1)
    await instance?.close()
    await expect.poll(async () => (await connections('counted')).map(({ all }) => all)).toEqual([0, 0, 0])
  })

  it('while slots move between them', async () => {
    instances = Array.from({ length: INSTANCES }, () => open())
    const path = await pathOn(0, 'moved')
    const write = await writerOf(path)
    const slot = cluster.slotOf(keyOf(path))
    for (const to of [1, 2, 0]) {
      await cluster.moveSlot(slot, to, async () => {
        await write('on the way')
        await sees(path, 'on the way')
      })
      await write(to)
      await sees(path, to)
      const seen = await follow(instances, path, 30, write)
      expect(seen.unseen).toEqual([])
    }
  })

  it('in a storm of CLIENT KILL', async () => {
    instances = Array.from({ length: INSTANCES }, () => open())
    const path = await pathOn(1, 'killed')
    const write = await writerOf(path)
    const seen = await follow(instances, path, Math.ceil(ROUNDS / 5), async (round) => {
      if (round % 10 === 0) {
        for (let node = 0; node < 3; node++) await cluster.command(node, 'CLIENT', 'KILL', 'TYPE', 'pubsub')
      }
      await write(round)
    })
    expectFollowed(seen)
    expect(seen.l1).toBeGreaterThan(10)
  })
})

/** Waits until all instances see a value. */
async function sees(path: string, value: unknown): Promise<void> {
  const end = performance.now() + 10_000
  for (const { cache } of instances) {
    while ((await cache.get(path)) !== value) {
      if (performance.now() > end) throw new Error(`${path} was not seen as ${String(value)} within 10 s`)
      await setTimeout(2)
    }
  }
}
