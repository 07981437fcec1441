import type { RedisServer } from '../start-redis.ts'

/** The port of the master as a sentinel tells it to clients; undefined when it does not answer or knows none. */
export async function masterPortSeenBy(sentinel: RedisServer, name: string): Promise<number | undefined> {
  const reply = await sentinel.command('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name).catch(() => undefined)
  return Array.isArray(reply) ? Number(reply[1]) : undefined
}

/** Whether a sentinel knows the other ones and the replicas, and sees all of them well. */
export async function seesAll(
  sentinel: RedisServer,
  name: string,
  expected: { readonly sentinels: number; readonly replicas: number },
): Promise<boolean> {
  // Both replies have Redis's shape: names and values in turn.
  const master = fields((await sentinel.command('SENTINEL', 'MASTER', name)) as string[])
  const replicas = ((await sentinel.command('SENTINEL', 'REPLICAS', name)) as string[][]).map(fields)
  return (
    master.get('flags') === 'master' &&
    master.get('num-other-sentinels') === String(expected.sentinels - 1) &&
    replicas.length === expected.replicas &&
    replicas.every((replica) => replica.get('flags') === 'slave' && replica.get('master-link-status') === 'ok')
  )
}

/** What a server says it is; undefined when it does not answer. */
export async function roleOf(server: RedisServer): Promise<'master' | 'slave' | undefined> {
  const reply = await server.command('ROLE').catch(() => undefined)
  const role: unknown = Array.isArray(reply) ? reply[0] : undefined
  return role === 'master' || role === 'slave' ? role : undefined
}

function fields(flat: readonly string[]): Map<string, string> {
  return new Map(flat.flatMap((name, n) => (n % 2 === 0 ? [[name, flat[n + 1] ?? '']] : [])))
}
