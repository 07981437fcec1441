import { type RedisCluster, startRedisCluster } from '@redstart/testing'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { createRedstart, type Redstart } from '../../src/index.ts'
import { redis } from '../../src/redis/index.ts'

let cluster: RedisCluster
beforeAll(async () => {
  cluster = await startRedisCluster({ nodeTimeout: 30_000 })
})
afterAll(async () => await cluster.stop())

const opened: Redstart[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()))
  for (let node = 0; node < 3; node += 1) await cluster.command(node, 'FLUSHALL')
})

function open(deadline: '5s' | '1s' = '5s'): Redstart {
  const backend = redis({ cluster: cluster.nodes.map(({ host, port }) => ({ host, port })) })
  const redstart = createRedstart({ app: 'shop', backend, deadline })
  opened.push(redstart)
  return redstart
}

async function fill({ cache }: Redstart, keys: readonly string[]): Promise<void> {
  for (let n = 0; n < keys.length; n += 2000)
    await cache.setMany(keys.slice(n, n + 2000).map((key) => [key, key] as const))
}

async function keysOf(keys: AsyncIterable<string>): Promise<string[]> {
  const all = new Set<string>()
  for await (const key of keys) all.add(key)
  return [...all].sort()
}

const names = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, n) => `${prefix}${n}`)

/** How often a node ran a command, and how often it failed. */
async function ran(node: number, command: string): Promise<{ calls: number; failed: number }> {
  const stats = String(await cluster.command(node, 'INFO', 'commandstats'))
  const line = new RegExp(`cmdstat_${command}:calls=(\\d+).*rejected_calls=(\\d+),failed_calls=(\\d+)`).exec(stats)
  return { calls: Number(line?.[1] ?? 0), failed: Number(line?.[2] ?? 0) + Number(line?.[3] ?? 0) }
}

it('a purge of 20 000 keys removes every one on all masters, and no other', async () => {
  const here = open()
  await fill(here, [...names('orders:2024-', 10_000), ...names('orders:2025-', 10_000)])
  for (let node = 0; node < 3; node += 1) await cluster.command(node, 'CONFIG', 'RESETSTAT')
  expect(await here.cache.purge({ match: 'orders:2024-*' })).toMatchObject({ removed: 10_000, widened: undefined })
  for (let node = 0; node < 3; node += 1) {
    // About a third of the keys, each unlinked by a command of its own, for they are in many slots.
    const [scans, unlinks, listed] = [await ran(node, 'scan'), await ran(node, 'unlink'), await ran(node, 'keys')]
    expect(scans.calls).toBeGreaterThan(3)
    expect(unlinks.calls).toBeGreaterThan(2500)
    expect([scans.failed, unlinks.failed, listed.calls]).toEqual([0, 0, 0])
  }
  expect(await keysOf(here.cache.keys())).toEqual(names('orders:2025-', 10_000).sort())
})

it('keys whose slot moves meanwhile are removed too', async () => {
  const here = open()
  // All in one slot, which goes round all nodes: once from one that was still to be walked over to one that had been.
  const keys = names('orders:{one}:a', 3000)
  await fill(here, keys)
  await fill(here, names('menu:', 3000))
  const slot = cluster.slotOf('{one}')
  const home = await cluster.ownerOf(slot)
  for (const to of [(home + 1) % 3, (home + 2) % 3, home]) {
    await fill(here, keys)
    const seen = new Set<string>()
    for await (const key of here.cache.keys()) {
      seen.add(key)
      if (seen.size === 500) await cluster.moveSlot(slot, to)
    }
    expect(keys.filter((key) => !seen.has(key))).toEqual([])
    await here.cache.purge({ match: '*{one}:a*' })
    expect((await keysOf(here.cache.keys())).filter((key) => key.includes('{one}'))).toEqual([])
  }
})

it('keys on their way to another node are unlinked there', async () => {
  const here = open()
  const keys = names('orders:{way}:a', 50)
  await fill(here, keys)
  const slot = cluster.slotOf('{way}')
  const to = ((await cluster.ownerOf(slot)) + 1) % 3
  let removed = 0
  await cluster.moveSlot(slot, to, async () => {
    removed = (await here.cache.purge({ match: '*{way}:a*' })).removed
  })
  expect(removed).toBe(50)
  expect(await keysOf(here.cache.keys())).toEqual([])
})

it('a node that stands still ends a purge within its deadline, and a further one goes on', async () => {
  const here = open('1s')
  await fill(open(), names('orders:a', 3000))
  const still = ((await cluster.ownerOf(cluster.slotOf('{shop}:meta'))) + 1) % 3
  cluster.nodes[still]?.pause()
  try {
    const start = performance.now()
    await expect(here.cache.purge({ match: '*:a*' })).rejects.toMatchObject({
      code: expect.stringMatching(/^STORE_(TIMEOUT|UNAVAILABLE)$/),
      message: expect.stringContaining('call it again for the others'),
    })
    expect(performance.now() - start).toBeLessThan(15_000)
  } finally {
    cluster.nodes[still]?.resume()
  }
  await expect.poll(async () => await here.cache.purge({ match: '*:a*' }).then(() => 'purged', String)).toBe('purged')
  expect(await keysOf(here.cache.keys())).toEqual([])
})
