import type { RedisServer } from '../start-redis.ts'
import { waitUntil } from '../wait-until.ts'
import { SLOTS } from './key-slot.ts'
import { clusterId, reachesEachOther } from './views.ts'

/** A server that was started as a node, and the port on which nodes talk to each other. */
export interface ClusterNode {
  readonly server: RedisServer
  readonly busPort: number
}

/** Far more than it needs: a master waits for 2 s after its start until it accepts anything. */
const TIMEOUT = 30_000

/** Makes a cluster of servers that do not know each other yet: first the masters, then the replicas in turn. */
export async function formCluster(nodes: readonly ClusterNode[], masters: number): Promise<void> {
  const servers = nodes.map(({ server }) => server)
  await Promise.all(servers.slice(0, masters).map(async (server, n) => await giveSlots(server, n, masters)))
  // Each to each: hearsay would take longer.
  await Promise.all(nodes.flatMap((node, n) => servers.slice(0, n).map(async (server) => await meet(server, node))))
  const ids = await Promise.all(servers.map(clusterId))
  await Promise.all(
    servers.slice(masters).map(async (server, n) => await replicate(server, ids[n % masters] ?? '', TIMEOUT)),
  )
  await waitUntil(async () => await reachesEachOther(servers, masters), 'all nodes to see the whole cluster', TIMEOUT)
}

async function giveSlots(server: RedisServer, n: number, masters: number): Promise<void> {
  // Unequal epochs from the start spare the nodes a conflict that they would have to settle.
  await server.command('CLUSTER', 'SET-CONFIG-EPOCH', n + 1)
  const first = Math.floor((SLOTS * n) / masters)
  const last = Math.floor((SLOTS * (n + 1)) / masters) - 1
  await server.command('CLUSTER', 'ADDSLOTSRANGE', first, last)
}

async function meet(server: RedisServer, { server: other, busPort }: ClusterNode): Promise<void> {
  await server.command('CLUSTER', 'MEET', other.host, other.port, busPort)
}

/** A node takes the command once it has heard of the master. */
async function replicate(server: RedisServer, master: string, timeout: number): Promise<void> {
  const ask = async (): Promise<boolean> => (await server.command('CLUSTER', 'REPLICATE', master)) === 'OK'
  await waitUntil(ask, `the node on port ${server.port} to become a replica`, timeout)
}
