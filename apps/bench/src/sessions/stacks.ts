import { createRedstart } from '@redstart/core'
import { redis } from '@redstart/core/redis'
import { session } from '@redstart/express'
import { RedisStore } from 'connect-redis'
import type { RequestHandler } from 'express'
import expressSession from 'express-session'
import { createClient } from 'redis'

/** What puts sessions in front of the same application. */
export type StackName = 'Redstart' | 'connect-redis' | 'connect-redis, disableTouch'

export const STACKS: readonly StackName[] = ['Redstart', 'connect-redis', 'connect-redis, disableTouch']

/** What all keys of a stack begin with. */
export function prefixOf(name: StackName): string {
  return name === 'Redstart' ? 'bench:' : `${name.length}:`
}

/** A session middleware over Redis, as its documentation sets it up for production, but for TLS. */
export async function openStack(name: StackName, url: string): Promise<RequestHandler> {
  if (name === 'Redstart') {
    const redstart = createRedstart({
      backend: redis(url),
      app: 'bench',
      keys: 'k'.repeat(32),
      sessions: { anonymousLimit: false },
    })
    return session(redstart, { cookie: { secure: false } })
  }
  const client = createClient({ url })
  await client.connect()
  const store = new RedisStore({ client, prefix: prefixOf(name), disableTouch: name !== 'connect-redis' })
  return expressSession({ store, secret: 's'.repeat(32), resave: false, saveUninitialized: false })
}
