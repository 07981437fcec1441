import { setTimeout } from 'node:timers/promises'
import type { FaultProxy, Faults, RedisServer } from '@redstart/testing'
import { anyPath } from '../checker/catalog.ts'
import type { Random } from '../checker/random.ts'
import { anySkew } from './skew.ts'
import type { WorkerProcess } from './worker-process.ts'

/** Something that goes wrong now and then. */
export interface Disturbance {
  readonly name: string
  /** How often it comes, of the sum of its list. */
  readonly weight: number
  readonly happen: (random: Random) => unknown
}

/** What goes wrong again and again, one after the other. */
export interface Trouble {
  readonly list: readonly Disturbance[]
  /** Milliseconds in between, on average. */
  readonly pause: number
}

/** Between each process and Redis, for each piece of data by itself: so one connection is ahead of another. */
const JITTER = { latency: { ms: 1, jitter: 19 } } as const

/** What the network of a process is like while nothing happens to it: one of them has a good one. */
export function network(process: number): Faults {
  return process === 3 ? {} : JITTER
}

/** What Redis can lose or do at any time without being told to. */
export function troubledRedis(server: RedisServer, app: string): Trouble {
  const cutOff = async (random: Random): Promise<void> => {
    for (let left = 20 + random.below(40); left > 0; left -= 1) {
      await server.command('CLIENT', 'KILL', 'TYPE', 'pubsub')
      await setTimeout(25)
    }
  }
  const list: readonly Disturbance[] = [
    { name: 'evicted', weight: 85, happen: (random) => server.command('UNLINK', ...anyKeys(app, random)) },
    { name: 'markers lost', weight: 3, happen: () => server.command('DEL', `{${app}}:meta`) },
    { name: 'flushed', weight: 3, happen: () => server.command('FLUSHALL') },
    { name: 'scripts lost', weight: 3, happen: () => server.command('SCRIPT', 'FLUSH') },
    { name: 'connections killed', weight: 4, happen: () => server.command('CLIENT', 'KILL', 'TYPE', 'normal') },
    { name: 'subscribers killed', weight: 6, happen: () => server.command('CLIENT', 'KILL', 'TYPE', 'pubsub') },
    { name: 'subscribers cut off', weight: 0.7, happen: cutOff },
    { name: 'Redis stalled', weight: 3, happen: (random) => stalled(server, 20 + random.below(500)) },
    { name: 'Redis restarted', weight: 0.5, happen: () => server.restart() },
  ]
  return { list, pause: 100 }
}

/** What can happen to a process and to its connections. */
export function troubledProcesses(
  workers: readonly WorkerProcess[],
  proxies: readonly (readonly FaultProxy[])[],
): Trouble {
  const list: readonly Disturbance[] = [
    {
      name: 'connections reset',
      weight: 4,
      happen: (random) => random.pick(proxies).forEach((proxy) => proxy.killAll()),
    },
    { name: 'cut off', weight: 2, happen: (random) => during(proxies, random, { blackHole: true }) },
    {
      name: 'hears nothing',
      weight: 2,
      happen: (random) => during(proxies, random, { toClient: { blackHole: true } }),
    },
    { name: 'runs late', weight: 2, happen: (random) => during(proxies, random, { toServer: { blackHole: true } }) },
    { name: 'frozen', weight: 3, happen: (random) => frozen(random.pick(workers), 100 + random.below(900)) },
    { name: 'clock set', weight: 4, happen: (random) => setClock(random.pick(workers), anySkew(random)) },
  ]
  return { list: [...list, commandsLost(proxies)], pause: 1200 }
}

/** Outages, one after the other, each of one process. */
export function manyOutages(proxies: readonly (readonly FaultProxy[])[]): Trouble {
  return { list: [commandsLost(proxies)], pause: 150 }
}

/** What a process sends for a while never arrives, and its connections break. */
function commandsLost(proxies: readonly (readonly FaultProxy[])[]): Disturbance {
  const happen = async (random: Random): Promise<void> => {
    const process = random.below(proxies.length)
    const own = proxies[process] ?? []
    for (const proxy of own) proxy.set({ ...network(process), toServer: { blackHole: true } })
    await setTimeout(200 + random.below(400))
    for (const proxy of own) proxy.killAll()
    for (const proxy of own) proxy.set(network(process))
  }
  return { name: 'commands lost', weight: 2, happen }
}

/** Faults of the connections of one process, for up to two seconds. */
async function during(proxies: readonly (readonly FaultProxy[])[], random: Random, faults: Faults): Promise<void> {
  const process = random.below(proxies.length)
  const own = proxies[process] ?? []
  for (const proxy of own) proxy.set({ ...network(process), ...faults })
  await setTimeout(200 + random.below(1500))
  for (const proxy of own) proxy.set(network(process))
}

export function anyKeys(app: string, random: Random): readonly string[] {
  return Array.from({ length: 10 }, () => `${app}:${anyPath(random)}`)
}

/** Commands that timed out meanwhile are carried out when it ends. */
export async function stalled(server: RedisServer, milliseconds: number): Promise<void> {
  server.pause()
  await setTimeout(milliseconds)
  server.resume()
}

async function frozen(worker: WorkerProcess, milliseconds: number): Promise<void> {
  worker.freeze()
  await setTimeout(milliseconds)
  worker.thaw()
}

function setClock(worker: WorkerProcess, milliseconds: number): void {
  worker.tell({ kind: 'skew', milliseconds })
}
