/** What serves the pages. */
export type Framework = 'Express' | 'Fastify' | 'Koa' | 'Hono'

/** A framework with what stands in front of its handlers. */
export interface Stack {
  readonly framework: Framework
  readonly name: string
}

/** Answers from memory, from Redis, without any cache, and from a handler that has the bytes of a hit at hand. */
export const OURS = 'Redstart'
export const OURS_IN_REDIS = 'Redstart, from Redis'
export const NO_CACHE = 'no cache'
export const READY = 'ready bytes'

/** The caches that people of a framework have; that of Hono itself stores nothing on Node.js. */
export const PEERS: Readonly<Record<Framework, string | undefined>> = {
  Express: 'apicache',
  Fastify: 'fastify-lcache',
  Koa: 'koa-cash',
  Hono: undefined,
}

export function isFramework(name: string | undefined): name is Framework {
  return name !== undefined && Object.hasOwn(PEERS, name)
}

/** All stacks of a framework, ours first. */
export function stacksOf(framework: Framework): readonly Stack[] {
  const peer = PEERS[framework]
  const names = [OURS, OURS_IN_REDIS, ...(peer === undefined ? [] : [peer]), READY, NO_CACHE]
  return names.map((name) => ({ framework, name }))
}
