import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Backend, type Clock, createRedstart } from '@redstart/core'
import { onTestFinished } from 'vitest'
import { createApp } from '../src/app.ts'
import { NAMESPACES } from '../src/caches/caches.ts'
import type { Database } from '../src/database/database.ts'
import { POLICIES, type RestaurantPolicies, type RestaurantRedstart } from '../src/limits/policies.ts'
import type { AppToStart } from '../src/start-app.ts'

/** What the apps of one house seal sessions with. */
export const KEYS: string = Buffer.alloc(32, 3).toString('base64')

/** An app, and the back office beside it. */
export interface BesideOffice {
  /** Of the app: `http://127.0.0.1:40123`. */
  readonly app: string
  /** Of the back office. */
  readonly office: string
}

export interface BesideOfficeOptions extends HouseOptions {
  readonly database: Database
  /** Makes one for each of both; over memory they share an instance instead. */
  readonly backend?: (() => Backend) | undefined
  readonly listener: AppToStart['listener']
}

/** Starts both; they end with the test. */
export async function startBesideOffice(options: BesideOfficeOptions): Promise<BesideOffice> {
  const { database, backend, listener } = options
  const shared = backend === undefined ? houseInstance(undefined, options) : undefined
  const instance = (): RestaurantRedstart => shared ?? houseInstance(backend?.(), options)
  return {
    office: await listening(createApp({ database, redstart: instance() })),
    app: await listening(await listener({ database, redstart: instance() })),
  }
}

export interface HouseOptions {
  /** In the place of those of the same name. */
  readonly policies?: Partial<RestaurantPolicies>
  readonly clock?: Clock
}

/** An instance as all apps of the house have it; it ends with the test. */
export function houseInstance(backend?: Backend, { policies, clock }: HouseOptions = {}): RestaurantRedstart {
  const redstart = createRedstart({
    app: 'restaurant',
    keys: KEYS,
    namespaces: NAMESPACES,
    policies: { ...POLICIES, ...policies },
    ...(clock !== undefined && { clock }),
    // A busy machine is no outage.
    deadline: '5s',
    maxStaleness: '300ms',
    ...(backend !== undefined && { backend }),
  })
  onTestFinished(async () => await redstart.close())
  return redstart
}

/** Listens until the test ends, and says where. */
export async function listening(listener: RequestListener): Promise<string> {
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
