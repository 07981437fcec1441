import { createHash } from 'node:crypto'
import type { Ratelimit } from '@upstash/ratelimit'
import type { Redis } from 'ioredis-6'

type Rest = ConstructorParameters<typeof Ratelimit>[0]['redis']

/**
 * What @upstash/ratelimit needs of a client, over a connection of ioredis. Its scripts begin with a line that Redis of
 * Upstash alone knows; that is left out.
 */
export function restOf(client: Redis): Rest {
  const known = new Map<string, string>()
  const rest = {
    evalsha: async (sha: string, keys: string[], args: unknown[]): Promise<unknown> => {
      const own = known.get(sha)
      if (own === undefined) throw new Error('NOSCRIPT No matching script')
      return await client.evalsha(own, keys.length, ...keys, ...args.map(String))
    },
    eval: async (script: string, keys: string[], args: unknown[]): Promise<unknown> => {
      const own = script.replace(/^\s*#!lua[^\n]*\n/, '')
      known.set(createHash('sha1').update(script).digest('hex'), createHash('sha1').update(own).digest('hex'))
      return await client.eval(own, keys.length, ...keys, ...args.map(String))
    },
  }
  // Fixed windows ask for nothing else.
  return rest as object as Rest
}
