import { describe } from 'vitest'
import { redisHttp } from '../../src/redis-http/index.ts'
import { restPlace } from '../redis-http/rest-place.ts'
import { timedHttp } from './places.ts'
import { steps } from './random.ts'
import { limiterTests } from './suite/engine.ts'
import { leaseTests } from './suite/leases.ts'
import { limitStoreTests } from './suite/limits.ts'

const place = restPlace()

describe('limits in Redis over HTTP', () => {
  const options = (): { url: string; token: string } => ({ url: place.rest.url, token: place.rest.token })
  limitStoreTests(
    {
      backend: () => redisHttp(options()),
      timed: (app) => timedHttp(options(), app),
      single: true,
      flushScripts: async () => void (await place.server.command('SCRIPT', 'FLUSH')),
    },
    { steps: steps(10), properties: false },
  )
})

describe('a limiter over Redis over HTTP', () => {
  limiterTests(() => redisHttp({ url: place.rest.url, token: place.rest.token }), 'redis')
  leaseTests(() => redisHttp({ url: place.rest.url, token: place.rest.token }))
})
