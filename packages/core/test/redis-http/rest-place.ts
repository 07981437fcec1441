import { setTimeout } from 'node:timers/promises'
import { type RedisRest, type RedisServer, startRedis, startRedisRest, type StartRedisOptions } from '@redstart/testing'
import { afterAll, beforeAll } from 'vitest'
import { type CacheStore, systemClock } from '../../src/index.ts'
import { redisHttp, type RedisHttpOptions } from '../../src/redis-http/index.ts'

/** A Redis behind HTTP for the tests of one file. */
export interface RestPlace {
  readonly server: RedisServer
  readonly rest: RedisRest
  /** A store over it, of the app of that name. */
  readonly open: (app: string, options?: Partial<RedisHttpOptions>) => CacheStore
  /** Resolves once the service has a connection to its Redis again. */
  readonly reached: () => Promise<void>
}

/** Milliseconds for a call that is meant to succeed. */
export const TIMEOUT = 10_000

/** Starts it before the tests of a file, and ends it after them, with all that was opened. */
export function restPlace(options?: StartRedisOptions): RestPlace {
  let server: RedisServer | undefined
  let rest: RedisRest | undefined
  const opened: CacheStore[] = []
  beforeAll(async () => {
    server = await startRedis(options)
    rest = await startRedisRest({ redisUrl: server.url })
  })
  afterAll(async () => {
    await Promise.all(opened.map((store) => store.close()))
    await rest?.stop()
    await server?.stop()
  })
  return {
    get server() {
      return started(server)
    },
    get rest() {
      return started(rest)
    },
    open(app, more) {
      const { url, token } = started(rest)
      const store = redisHttp({ url, token, ...more }).cache({ app, clock: systemClock() })
      opened.push(store)
      return store
    },
    async reached() {
      const { url, token } = started(rest)
      const ping = { method: 'POST', body: '["PING"]', headers: { authorization: `Bearer ${token}` } }
      for (let tries = 0; tries < 500 && (await fetch(url, ping)).status !== 200; tries += 1) await setTimeout(20)
    },
  }
}

function started<T>(thing: T | undefined): T {
  if (thing === undefined) throw new Error('it starts before the tests')
  return thing
}
