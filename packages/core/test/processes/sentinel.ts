import { setTimeout } from 'node:timers/promises'
import type { SentinelSetup } from '@redstart/testing'
import { RedstartError } from '../../src/index.ts'
import type { Trouble } from './disturbances.ts'

/** How long the replica may take to have everything, and the old master to follow the new one, in ms. */
const PATIENCE = 15_000

/** Mean ms between two. Redis takes no writes for about 5 s of each: until the old master follows the new one. */
const PAUSE = 5000

/** Failovers, each to a replica that has everything. */
export function failovers(setup: SentinelSetup): Trouble {
  return { list: [{ name: 'failover', weight: 1, happen: () => failOver(setup) }], pause: PAUSE }
}

async function failOver(setup: SentinelSetup): Promise<void> {
  const master = await setup.master().catch(givenUp)
  if (master === undefined || (await master.command('WAIT', 1, PATIENCE / 5)) !== 1) return
  await setup.failover().catch(givenUp)
  const next = await setup.master().catch(givenUp)
  if (next === undefined) return
  for (const until = Date.now() + PATIENCE; Date.now() < until; await setTimeout(50)) {
    if (String(await next.command('INFO', 'replication')).includes('state=online')) return
  }
  throw new Error(`nobody followed the new master within ${PATIENCE} ms`)
}

/** On a busy machine sentinels give up a failover, and do not agree for a while: that is theirs, and the next one comes. */
function givenUp(error: unknown): undefined {
  if (!RedstartError.is(error, 'STORE_TIMEOUT') && !RedstartError.is(error, 'STORE_FAILED')) throw error
}
