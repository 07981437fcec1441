import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { createRedstart, type Redstart } from '@redstart/core'
import { redis } from '@redstart/core/redis'
import { createApp as createBackOffice, type Database, NAMESPACES } from '@redstart-example/express'
import { type RedisServer, startRedisRest } from '@redstart/testing'
import { onTestFinished } from 'vitest'
import { createEdge, createNodeApp, type EdgeEnv } from '../src/index.ts'

/** The apps of the house, each with an instance of its own over one Redis. */
export interface House {
  /** Orders on Node.js: `http://127.0.0.1:40123`. */
  readonly node: string
  /** Orders at the edge, over HTTP alone. */
  readonly edge: string
  /** The back office. */
  readonly office: string
}

const KEYS = Buffer.alloc(32, 3).toString('base64')

/** Starts all three; they end with the test. */
export async function startHouse(database: Database, server: RedisServer): Promise<House> {
  const office = await listen(createBackOffice({ database, redstart: instance(server) }))
  const node = await listen(listenerOf(createNodeApp({ database, redstart: instance(server) }).fetch))
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
  return { office, node, edge: await listen(listenerOf((request) => app.fetch(request, env))) }
}

function instance(server: RedisServer): Redstart {
  const redstart = createRedstart({
    app: 'restaurant',
    keys: KEYS,
    namespaces: NAMESPACES,
    backend: redis(server.url),
    // A busy machine is no outage.
    deadline: '5s',
    maxStaleness: '300ms',
  })
  onTestFinished(async () => await redstart.close())
  return redstart
}

function listenerOf(fetch: (request: Request) => Response | Promise<Response>): RequestListener {
  const answer = getRequestListener(fetch)
  return (request, response) => void answer(request, response)
}

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  // On TCP the address is an object once it listens.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
