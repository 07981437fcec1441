import { createRequire } from 'node:module'
import { Ratelimit } from '@upstash/ratelimit'
import { Redis } from 'ioredis-6'
import { RedisStore } from 'rate-limit-redis'
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import type { Open, OpenLimiter, RateLimiter } from './contender.ts'
import { restOf } from './upstash.ts'

/** rate-limiter-flexible counts in a fixed window; three limits are three of its checks, the next only where one agrees. */
export const flexible: Open = (options) => openFlexible(options, false)

/** The same, which remembers whom it has refused. */
export const flexibleThatRemembers: Open = (options) => openFlexible(options, true)

async function openFlexible({ url, limit, window, prefix }: OpenLimiter, remembers: boolean): Promise<RateLimiter> {
  const client = new Redis(url)
  const made = (n: number): RateLimiterRedis =>
    new RateLimiterRedis({
      storeClient: client,
      keyPrefix: `${prefix}:${n}`,
      points: limit * n,
      duration: (window * n) / 1000,
      ...(remembers && { inMemoryBlockOnConsumed: limit * n }),
    })
  const limits = [made(1), made(2), made(3)] as const
  const check = async (one: RateLimiterRedis, key: string): Promise<boolean> => {
    try {
      await one.consume(key)
      return true
    } catch (denied) {
      // It rejects with errors of Redis as well.
      if (denied instanceof RateLimiterRes) return false
      throw denied
    }
  }
  return {
    name: 'rate-limiter-flexible',
    check: (key) => check(limits[0], key),
    async three(key) {
      for (const one of limits) if (!(await check(one, key))) return false
      return true
    },
    close: async () => client.disconnect(),
  }
}

/** The store of express-rate-limit: a fixed window. */
export const rateLimitRedis: Open = async ({ url, limit, window, prefix }) => {
  const client = new Redis(url)
  const store = new RedisStore({
    prefix: `${prefix}:`,
    // Its replies are what Redis says.
    sendCommand: (command: string, ...args: string[]) => client.call(command, args) as Promise<number>,
  })
  // It reads no other option.
  await store.init({ windowMs: window } as Parameters<typeof store.init>[0])
  return {
    name: 'rate-limit-redis',
    check: async (key) => (await store.increment(key)).totalHits <= limit,
    close: async () => client.disconnect(),
  }
}

interface FastifyStore {
  incr(
    key: string,
    done: (error: Error | null, result: { readonly current: number } | null) => void,
    window: number,
    limit: number,
  ): void
}

/** It is not exported, and in no types. */
const FastifyRedisStore = createRequire(import.meta.url)('@fastify/rate-limit/store/RedisStore.js') as new (
  continueExceeding: boolean,
  exponentialBackoff: boolean,
  client: Redis,
  prefix: string,
) => FastifyStore

/** The store of @fastify/rate-limit: a fixed window. */
export const fastifyRateLimit: Open = async ({ url, limit, window, prefix }) => {
  const client = new Redis(url)
  const store = new FastifyRedisStore(false, false, client, `${prefix}:`)
  return {
    name: '@fastify/rate-limit',
    check: (key) =>
      new Promise((resolve, reject) => {
        store.incr(
          key,
          (error, result) => (result === null ? reject(error) : resolve(result.current <= limit)),
          window,
          limit,
        )
      }),
    close: async () => client.disconnect(),
  }
}

/** @upstash/ratelimit over a socket, as far as it lets one: a fixed window. */
export const upstash: Open = async ({ url, limit, window, prefix }) => {
  const client = new Redis(url)
  const limiter = new Ratelimit({
    redis: restOf(client),
    limiter: Ratelimit.fixedWindow(limit, `${window} ms`),
    prefix,
    ephemeralCache: false,
    analytics: false,
  })
  return {
    name: '@upstash/ratelimit',
    check: async (key) => (await limiter.limit(key)).success,
    close: async () => client.disconnect(),
  }
}
