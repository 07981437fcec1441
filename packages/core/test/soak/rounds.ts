import { setTimeout } from 'node:timers/promises'
import type { FaultProxy, RedisServer } from '@redstart/testing'
import type { Random } from '../checker/random.ts'
import { anyFault, faultsOf } from './faults.ts'
import type { Sample } from './growth.ts'
import type { SoakProcess } from './soak-process.ts'

export interface RoundsOptions {
  readonly child: SoakProcess
  readonly server: RedisServer
  readonly proxies: readonly FaultProxy[]
  readonly random: Random
  /** Milliseconds. */
  readonly length: number
}

/** How long the process works between two samples, at the least, in ms. */
const WORK = 4000

export interface Rounds {
  readonly samples: readonly Sample[]
  /** What went wrong, one after the other. */
  readonly disturbed: readonly string[]
}

/** Lets the process work while something goes wrong, and measures it at rest, again and again. */
export async function runRounds(options: RoundsOptions): Promise<Rounds> {
  const { child, server, proxies, random, length } = options
  const faults = faultsOf(server, proxies)
  const disturbed: string[] = []
  const samples: Sample[] = []
  const begun = performance.now()
  try {
    while (performance.now() - begun < length) {
      const fault = anyFault(faults, random)
      disturbed.push(fault.name)
      child.work()
      await Promise.all([fault.happen(random), setTimeout(WORK)])
      samples.push({ ...(await child.rest()), clients: await clientsOf(server) })
    }
  } catch (error) {
    throw new Error(`failed after ${disturbed.join(', ')}`, { cause: error })
  }
  return { samples, disturbed }
}

/** Connections that the server counts, that of the question included. */
async function clientsOf({ command }: RedisServer): Promise<number> {
  const [, clients] = /^connected_clients:(\d+)/m.exec(String(await command('INFO', 'clients'))) ?? []
  return Number(clients)
}
