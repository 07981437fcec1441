import { createServer, type RequestListener } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { type Backend, createRedstart, type Redstart } from '@redstart/core'
import { createApp as createBackOffice, type Database, NAMESPACES } from '@redstart-example/express'
import { onTestFinished } from 'vitest'
import { createApp } from '../src/index.ts'

/** The store rooms, and the back office beside them. */
export interface Restaurant {
  /** Of the store rooms: `http://127.0.0.1:40123`. */
  readonly stock: string
  /** Of the back office. */
  readonly office: string
}

const KEY = Buffer.alloc(32, 3).toString('base64')

/** Starts both; over memory they share an instance, over Redis each has its own. They end with the test. */
export async function startRestaurant(database: Database, backend?: () => Backend): Promise<Restaurant> {
  const shared = backend === undefined ? instance() : undefined
  const office = createBackOffice({ database, redstart: shared ?? instance(backend?.()) })
  const app = await createApp({ database, redstart: shared ?? instance(backend?.()) })
  onTestFinished(async () => await app.close())
  return {
    office: await listen(office),
    stock: await listen((request, response) => app.routing(request, response)),
  }
}

function instance(backend?: Backend): Redstart {
  const redstart = createRedstart({
    app: 'restaurant',
    keys: KEY,
    namespaces: NAMESPACES,
    // A busy machine is no outage.
    deadline: '5s',
    maxStaleness: '300ms',
    ...(backend !== undefined && { backend }),
  })
  onTestFinished(async () => await redstart.close())
  return redstart
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
