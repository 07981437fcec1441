import type { RequestListener } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { redis } from '@redstart/core/redis'
import { createApp as createBackOffice, type Database, type RestaurantRedstart } from '@redstart-example/express'
import { houseInstance, type HouseOptions, KEYS, listening } from '@redstart-example/express/test/beside-office'
import { type RedisServer, startRedisRest } from '@redstart/testing'
import { onTestFinished } from 'vitest'
import { createEdge, createListener, type EdgeEnv } from '../src/index.ts'

/** The apps of the house, each with an instance of its own over one Redis. */
export interface House {
  /** Orders on Node.js: `http://127.0.0.1:40123`. */
  readonly node: string
  /** Orders at the edge, over HTTP alone. */
  readonly edge: string
  /** The back office. */
  readonly office: string
}

/** Starts all three; they end with the test. */
export async function startHouse(database: Database, server: RedisServer, options?: HouseOptions): Promise<House> {
  const instance = (): RestaurantRedstart => houseInstance(redis(server.url), options)
  const office = await listening(createBackOffice({ database, redstart: instance() }))
  const node = await listening(createListener({ database, redstart: instance() }))
  const rest = await startRedisRest({ redisUrl: server.url })
  onTestFinished(async () => await rest.stop())
  const env: EdgeEnv = {
    REDIS_REST_URL: rest.url,
    REDIS_REST_TOKEN: rest.token,
    REDSTART_KEYS: KEYS,
    OFFICE_URL: office,
    LOG_IN_URL: `${node}/login`,
  }
  const app = createEdge()
  return { office, node, edge: await listening(listenerOf((request) => app.fetch(request, env))) }
}

function listenerOf(fetch: (request: Request) => Response | Promise<Response>): RequestListener {
  const answer = getRequestListener(fetch)
  return (request, response) => void answer(request, response)
}
