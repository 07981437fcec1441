import type { RedisServer } from '@redstart/testing'
import { anyPath } from './catalog.ts'
import type { Random } from './random.ts'

/** Everything that can be done to a Redis by its own commands, from losing an entry to losing all. */
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
  return server.command('SCRIPT', 'FLUSH')
}
