import type { Claimed, ClaimRequest, ReleaseRequest } from '../cache/claim-store.ts'
import { RedstartError } from '../errors.ts'
import { lifetime } from './commands.ts'
import { claim, release, run } from './scripts.ts'
import type { Servers } from './servers.ts'

/** What claims are under, behind the app: no namespace can begin so. */
export const CLAIM_PREFIX = '!lease:'

/** Claims on the server that has the key. */
export async function claimKey(
  servers: Servers,
  key: string,
  { token, ttl, patient }: ClaimRequest,
  timeout: number,
): Promise<Claimed> {
  const values = [token, lifetime(ttl), patient ? '1' : '0']
  const reply = await servers.call(key, timeout, (client, wanted, asking) =>
    run(client, claim, key, values, wanted, asking),
  )
  const [granted, number, paused] = Array.isArray(reply) ? (reply as readonly unknown[]) : [] // isArray makes it any[]
  if (typeof number !== 'number')
    throw new RedstartError('STORE_FAILED', 'Redis answered a claim with what is no reply')
  if (granted === 2) return { granted: 'open' }
  return granted === 1
    ? { granted: true, failures: number }
    : { granted: false, remaining: number, paused: paused === 1 }
}

/** Ends a claim on the server that has the key. */
export async function releaseKey(
  servers: Servers,
  key: string,
  { token, pause, open = 0 }: ReleaseRequest,
  timeout: number,
): Promise<void> {
  const values = [token, pause > 0 ? lifetime(pause) : 0, open > 0 ? lifetime(open) : 0]
  await servers.call(key, timeout, (client, wanted, asking) => run(client, release, key, values, wanted, asking))
}
