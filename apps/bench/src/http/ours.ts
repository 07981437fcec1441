import { createRedstart, type Redstart } from '@redstart/core'
import { redis } from '@redstart/core/redis'
import { OURS, OURS_IN_REDIS, type Stack } from './stacks.ts'

/** How long pages are fresh, of every contender. */
export const TTL = '1h'

/** Redstart, where it is what stands there. One entry in memory is none where many are read in turn. */
export async function oursFor({ framework, name }: Stack, url: string): Promise<Redstart | undefined> {
  if (name !== OURS && name !== OURS_IN_REDIS) return undefined
  const app = `${framework}-${name.replaceAll(/\W/g, '')}`
  // The others wait for ever.
  const deadline = '5s'
  const redstart = createRedstart({
    ...{ backend: redis(url), app, deadline },
    ...(name === OURS_IN_REDIS && { l1: { maxEntries: 1 } }),
  })
  await redstart.ready()
  return redstart
}
