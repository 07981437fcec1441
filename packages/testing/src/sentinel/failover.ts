import { RedstartError } from '@redstart/core'
import type { RedisServer } from '../start-redis.ts'
import { waitUntil } from '../wait-until.ts'
import { masterPortSeenBy, roleOf } from './sentinel-views.ts'

/** A sentinel gives up a failover after 5 s, and may then begin another one. */
const TIMEOUT = 30_000

/** Sentinels and the servers that they watch. */
export interface Watched {
  readonly name: string
  readonly sentinels: readonly RedisServer[]
  readonly servers: readonly RedisServer[]
}

/**
 * The master on which all sentinels that answer agree.
 *
 * @throws RedstartError `STORE_FAILED` when they do not agree, or none answers.
 */
export async function currentMaster({ name, sentinels, servers }: Watched): Promise<RedisServer> {
  const seen = await Promise.all(sentinels.map(async (sentinel) => await masterPortSeenBy(sentinel, name)))
  const ports = new Set(seen.filter((port) => port !== undefined))
  const master = servers.find(({ port }) => ports.has(port))
  if (master !== undefined && ports.size === 1) return master
  const what = ports.size === 0 ? 'No sentinel answers' : `The sentinels name ${ports.size} masters`
  throw new RedstartError('STORE_FAILED', `${what}; wait until a failover is over`)
}

/** Makes the sentinels choose another master, and waits until it is one and all that answer agree on it. */
export async function failOver(watched: Watched): Promise<void> {
  const before = await currentMaster(watched)
  let asked = false
  const done = async (): Promise<boolean> => {
    asked ||= await ask(watched)
    const now = await currentMaster(watched)
    return now !== before && (await roleOf(now)) === 'master'
  }
  await waitUntil(done, `another master than the one on port ${before.port}`, TIMEOUT)
}

/** A sentinel refuses while it knows no good replica, or while a failover is under way; the next look asks again. */
async function ask({ name, sentinels }: Watched): Promise<boolean> {
  const refusals: unknown[] = []
  for (const sentinel of sentinels) {
    try {
      return (await sentinel.command('SENTINEL', 'FAILOVER', name)) === 'OK'
    } catch (error) {
      refusals.push(error)
    }
  }
  throw new RedstartError('STORE_FAILED', 'Every sentinel refused the failover', { cause: refusals[0] })
}
