import { setTimeout } from 'node:timers/promises'
import { type FaultProxy, faultProxy, type RedisCluster, startRedisCluster } from '@redstart/testing'
import type { Random } from '../checker/random.ts'
import { anyKeys, type Disturbance, network, stalled, type Trouble, troubledProcesses } from './disturbances.ts'
import type { ConnectionOrders } from './messages.ts'
import type { WorkerProcess } from './worker-process.ts'

/** Slots of a Cluster, and its masters. */
const SLOTS = 16_384
const MASTERS = 3
/** Less than any stall, in ms, so that no node is held to have failed. */
const NODE_TIMEOUT = 5_000
/** How long a failover may take, in ms. */
const FAILOVER = 10_000

/** A Cluster behind a bad network: a proxy for each process and node. */
export interface TroubledCluster {
  readonly connections: readonly ConnectionOrders[]
  troubles(app: string): (workers: readonly WorkerProcess[]) => readonly Trouble[]
  stop(): Promise<void>
}

export async function openCluster(seed: number): Promise<TroubledCluster> {
  const cluster = await startRedisCluster({ masters: MASTERS, replicas: 1, nodeTimeout: NODE_TIMEOUT })
  const proxies = await Promise.all(
    Array.from({ length: 4 }, (_, process) =>
      Promise.all(
        cluster.urls.map((url) => faultProxy(url, { faults: network(process), seed: (seed + process) >>> 0 })),
      ),
    ),
  )
  return {
    connections: proxies.map((own) => connectionThrough(cluster, own)),
    troubles: (app) => (workers) => [troubledCluster(cluster, app), troubledProcesses(workers, proxies)],
    async stop() {
      await Promise.all(proxies.flat().map((proxy) => proxy.stop()))
      await cluster.stop()
    },
  }
}

function connectionThrough({ nodes }: RedisCluster, proxies: readonly FaultProxy[]): ConnectionOrders {
  const places = nodes.map(({ host, port }, node) => {
    const proxy = proxies[node]
    if (proxy === undefined) throw new Error(`node ${node} has no proxy`)
    return { address: { host, port }, proxy: { host: '127.0.0.1', port: proxy.port } }
  })
  return {
    kind: 'cluster',
    nodes: places.map(({ address }) => address),
    proxies: Object.fromEntries(places.map(({ address, proxy }) => [`${address.host}:${address.port}`, proxy])),
  }
}

/** What a Cluster and its nodes can lose or do; the markers' slot has its share of it. */
function troubledCluster(cluster: RedisCluster, app: string): Trouble {
  const meta = cluster.slotOf(`{${app}}:meta`)
  const anySlot = (random: Random): number => (random.chance(0.5) ? meta : random.below(SLOTS))
  const atOwner = async (slot: number, ...command: readonly string[]): Promise<unknown> =>
    cluster.command(await cluster.ownerOf(slot), ...command)
  const evict = async (random: Random): Promise<void> => {
    for (const key of anyKeys(app, random).slice(0, 3)) await atOwner(cluster.slotOf(key), 'UNLINK', key)
  }
  const stall = async (random: Random): Promise<void> => {
    const node = cluster.nodes[await cluster.ownerOf(anySlot(random))]
    if (node !== undefined) await stalled(node, 20 + random.below(500))
  }
  const kill = (type: string) => (random: Random) => atOwner(anySlot(random), 'CLIENT', 'KILL', 'TYPE', type)
  const list: readonly Disturbance[] = [
    { name: 'evicted', weight: 60, happen: evict },
    { name: 'markers lost', weight: 3, happen: () => atOwner(meta, 'DEL', `{${app}}:meta`) },
    { name: 'flushed', weight: 3, happen: (random) => atOwner(anySlot(random), 'FLUSHALL') },
    { name: 'scripts lost', weight: 3, happen: (random) => atOwner(anySlot(random), 'SCRIPT', 'FLUSH') },
    { name: 'connections killed', weight: 4, happen: kill('normal') },
    { name: 'subscribers killed', weight: 6, happen: kill('pubsub') },
    { name: 'a node stalled', weight: 4, happen: stall },
    { name: 'failover', weight: 3, happen: (random) => failOver(cluster, anySlot(random)) },
  ]
  return { list, pause: 100 }
}

/**
 * Makes the replica of a slot's master the master, which waits until it has everything. Redis may give a failover up,
 * when another one has just been or a node stood still; then everything is as before.
 */
async function failOver(cluster: RedisCluster, slot: number): Promise<void> {
  const owner = await cluster.ownerOf(slot)
  const replica = (owner + MASTERS) % (2 * MASTERS)
  await cluster.command(replica, 'CLUSTER', 'FAILOVER')
  for (const until = Date.now() + FAILOVER; Date.now() < until; await setTimeout(50)) {
    if ((await cluster.ownerOf(slot)) === replica && (await isFollowed(cluster, replica, owner))) return
  }
}

/** Whether the old master is already fed by the new one, so that the next failover finds it in sync. */
async function isFollowed(cluster: RedisCluster, master: number, replica: number): Promise<boolean> {
  const role = await cluster.command(replica, 'ROLE')
  return (
    Array.isArray(role) && role[0] === 'slave' && role[2] === cluster.nodes[master]?.port && role[3] === 'connected'
  )
}
