import { setTimeout } from 'node:timers/promises'
import type { FaultProxy, Faults, RedisServer } from '@redstart/testing'
import type { Random } from '../checker/random.ts'
import { type Disturbance, stalled } from '../processes/disturbances.ts'

/** What happens to Redis and to the ways to it, each time for up to two seconds. */
export function faultsOf(server: RedisServer, proxies: readonly FaultProxy[]): readonly Disturbance[] {
  const network = (faults: Faults) => async (random: Random) => {
    for (const proxy of proxies) proxy.set(faults)
    await setTimeout(200 + random.below(1500))
    for (const proxy of proxies) proxy.clear()
  }
  return [
    { name: 'nothing', weight: 1, happen: () => setTimeout(500) },
    { name: 'paused', weight: 3, happen: (random) => stalled(server, 50 + random.below(1500)) },
    { name: 'away', weight: 2, happen: (random) => away(server, random.below(1500)) },
    { name: 'flushed', weight: 1, happen: () => server.command('FLUSHALL') },
    { name: 'scripts lost', weight: 1, happen: () => server.command('SCRIPT', 'FLUSH') },
    { name: 'clients killed', weight: 1, happen: () => server.command('CLIENT', 'KILL', 'TYPE', 'normal') },
    { name: 'subscribers killed', weight: 1, happen: () => server.command('CLIENT', 'KILL', 'TYPE', 'pubsub') },
    { name: 'reset', weight: 2, happen: () => proxies.forEach((proxy) => proxy.killAll()) },
    { name: 'refused', weight: 1, happen: network({ reset: true }) },
    { name: 'black hole', weight: 2, happen: network({ blackHole: true }) },
    { name: 'half open', weight: 1, happen: network({ halfOpen: true }) },
    { name: 'slow', weight: 2, happen: network({ latency: { ms: 60, jitter: 100 } }) },
    { name: 'trickle', weight: 1, happen: network({ toClient: { throttle: { bytesPerSecond: 2000 } } }) },
  ]
}

export function anyFault(faults: readonly Disturbance[], random: Random): Disturbance {
  let left = random.next() * faults.reduce((sum, { weight }) => sum + weight, 0)
  return faults.find(({ weight }) => (left -= weight) < 0) ?? random.pick(faults)
}

/** Ends the server and starts an empty one on the same port after a while. */
async function away(server: RedisServer, milliseconds: number): Promise<void> {
  process.kill(server.pid, 'SIGKILL')
  await setTimeout(milliseconds)
  await server.restart()
}
