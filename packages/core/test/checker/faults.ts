import { setTimeout } from 'node:timers/promises'
import type { RedisServer } from '@redstart/testing'
import { anyPath } from './catalog.ts'
import type { Random } from './random.ts'

/** Everything that can happen to a Redis: it loses an entry or all, connections break, it stalls, it starts again. */
export function randomFaults(server: RedisServer, app: string): (random: Random) => Promise<number> {
  return async (random) => {
    await happen(server, app, random)
    return 10 + random.below(90)
  }
}

async function happen(server: RedisServer, app: string, random: Random): Promise<unknown> {
  const chosen = random.next()
  if (chosen < 0.6) return server.command('UNLINK', ...Array.from({ length: 10 }, () => `${app}:${anyPath(random)}`))
  if (chosen < 0.68) return server.command('DEL', `{${app}}:meta`)
  if (chosen < 0.74) return server.command('FLUSHALL')
  if (chosen < 0.82) return server.command('CLIENT', 'KILL', 'TYPE', 'normal')
  if (chosen < 0.94) return server.command('CLIENT', 'KILL', 'TYPE', 'pubsub')
  if (chosen < 0.96) return server.command('SCRIPT', 'FLUSH')
  return chosen < 0.995 ? stall(server, random) : server.restart()
}

/** Commands that timed out meanwhile are carried out when it ends. */
async function stall(server: RedisServer, random: Random): Promise<void> {
  server.pause()
  await setTimeout(20 + random.below(400))
  server.resume()
}
