import { describe } from 'vitest'
import type { Backend } from '../../src/index.ts'
import { redisHttp } from '../../src/redis-http/index.ts'
import { restPlace } from '../redis-http/rest-place.ts'
import { dumped, kept, timedHttp } from './places.ts'
import { steps } from './random.ts'
import { limiterTests } from './suite/engine.ts'
import { keptTests } from './suite/kept.ts'
import { lateTests } from './suite/late.ts'
import { leaseTests } from './suite/leases.ts'
import { limitStoreTests } from './suite/limits.ts'

const place = restPlace()

const options = (): { url: string; token: string } => ({ url: place.rest.url, token: place.rest.token })
const backend = (): Backend => redisHttp(options())

describe('limits in Redis over HTTP', () => {
  limitStoreTests(
    {
      backend,
      timed: (app) => timedHttp(options(), app),
      single: true,
      dump: async (app) => await dumped([place.server], app),
      flushScripts: async () => void (await place.server.command('SCRIPT', 'FLUSH')),
    },
    { steps: steps(10) },
  )
})

describe('a limiter over Redis over HTTP', () => {
  limiterTests(backend, 'redis')
  leaseTests(backend)
  keptTests(backend, async (app) => await kept([place.server], app))
  lateTests(backend, () => place.server)
})
