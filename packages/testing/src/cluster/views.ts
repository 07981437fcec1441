import type { RedisServer } from '../start-redis.ts'
import { SLOTS } from './key-slot.ts'

/** The name that a node gave itself. */
export async function clusterId(server: RedisServer): Promise<string> {
  return String(await server.command('CLUSTER', 'MYID'))
}

/** Who owns a slot, as a node sees it: the id of a master; undefined for nobody. */
export async function ownerSeenBy(server: RedisServer, slot: number): Promise<string | undefined> {
  // The reply's shape is Redis's: first and last slot of a range, then its nodes, the master first.
  const ranges = (await server.command('CLUSTER', 'SLOTS')) as [number, number, [string, number, string]][]
  return ranges.find(([first, last]) => first <= slot && slot <= last)?.[2][2]
}

/** Whether every node sees all others, all slots served, and every replica is fed by its master. */
export async function reachesEachOther(servers: readonly RedisServer[], masters: number): Promise<boolean> {
  const looks = servers.map(async (server, n) => {
    const [info, nodes] = [String(await server.command('CLUSTER', 'INFO')), await nodesSeenBy(server)]
    return (
      /^cluster_state:ok\r$/m.test(info) &&
      info.includes(`cluster_slots_ok:${SLOTS}\r\n`) &&
      nodes.filter(isUp('master')).length === masters &&
      nodes.filter(isUp('slave')).length === servers.length - masters &&
      (n < masters || String(await server.command('INFO', 'replication')).includes('master_link_status:up\r\n'))
    )
  })
  return (await Promise.all(looks)).every(Boolean)
}

/** Lines of CLUSTER NODES, each as its fields. */
async function nodesSeenBy(server: RedisServer): Promise<string[][]> {
  const lines = String(await server.command('CLUSTER', 'NODES'))
    .trim()
    .split('\n')
  return lines.map((line) => line.split(' '))
}

function isUp(role: 'master' | 'slave'): (fields: string[]) => boolean {
  return (fields) => (fields[2] ?? '').replace('myself,', '') === role && fields[7] === 'connected'
}
