import { createRedstart, type Redstart } from '@redstart/core'
import { redis } from '@redstart/core/redis'
import { prefixOf, type Stack } from './stacks.ts'

/** Redstart, as its documentation sets it up for production, but for TLS. */
export function ours(stack: Stack, url: string): Redstart {
  const app = prefixOf(stack).slice(0, -1)
  // The others wait for ever.
  const deadline = '5s'
  return createRedstart({
    backend: redis(url),
    app,
    deadline,
    keys: 'k'.repeat(32),
    sessions: { anonymousLimit: false },
  })
}

export const COOKIE = { secure: false } as const
export const SECRET: string = 's'.repeat(32)
