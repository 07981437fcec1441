import { createRedstart, fixedWindow, gcra, type LimitPolicy, slidingWindow } from '@redstart/core'
import { redis } from '@redstart/core/redis'
import type { Open, OpenLimiter } from './contender.ts'

/** GCRA, as who asks for nothing else has it, but that a denial is not remembered: each check asks Redis. */
export const ourGcra: Open = (options) =>
  opened('Redstart, GCRA', options, (limit, window) => gcra({ rate: rateOf(limit, window), burst: limit }))

/** What the others count. */
export const ourFixedWindow: Open = (options) =>
  opened('Redstart, fixed window', options, (limit, window) => fixedWindow({ limit, window }))

async function opened(
  name: string,
  { url, limit, window, prefix }: OpenLimiter,
  policy: (limit: number, window: number) => LimitPolicy,
) {
  const { limiter, ready, close } = createRedstart({
    backend: redis(url),
    app: prefix,
    deadline: 5000,
    policies: {
      api: policy(limit, window),
      second: slidingWindow({ limit: limit * 2, window: window * 2 }),
      third: fixedWindow({ limit: limit * 3, window: window * 3 }),
    },
    limits: { denyCache: 0 },
  })
  await ready()
  return {
    name,
    check: async (key: string) => (await limiter.check('api', { key })).allowed,
    three: async (key: string) => (await limiter.check(['api', 'second', 'third'], { key })).allowed,
    close,
  }
}

function rateOf(limit: number, window: number): `${number}/${number}ms` {
  return `${limit}/${window}ms`
}
