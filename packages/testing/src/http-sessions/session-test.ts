import { Buffer } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import { createRedstart, type Redstart, type RedstartEvent, type RedstartOptions } from '@redstart/core'
import { redis } from '@redstart/core/redis'
import { type FaultProxy, faultProxy } from '../faults/fault-proxy.ts'
import { keepAlive } from '../http/client.ts'
import type { RedisServer } from '../start-redis.ts'
import { accountRoutes } from './account-routes.ts'
import { Browser } from './browser.ts'
import type { KeptFields, SessionAdapter, SessionAppOptions, SessionRoute } from './session-adapter.ts'

/** One thing that is expected of every adapter with sessions. */
export interface SessionAdapterTest {
  readonly name: string
  /** @param server any Redis that nobody else asks meanwhile; what other tests left in it does no harm. */
  readonly run: (adapter: SessionAdapter, server: RedisServer) => Promise<void>
}

/** What a test has; all that it starts ends with it. */
export interface SessionTestParts {
  readonly adapter: SessionAdapter
  readonly server: RedisServer
  readonly start: StartApp
  /** A way to Redis that can be made slow, or cut. */
  proxy(): Promise<FaultProxy>
  /** Runs when the test has ended, the last one first. */
  onEnd(end: () => void | Promise<void>): void
}

export type StartApp = (parts?: AppParts) => Promise<RunningSessions>

export interface AppParts {
  readonly redstart?: RedstartOptions<KeptFields>
  /** Of the Redis that has its sessions, under keys of their own; undefined for memory. @default that of the test */
  readonly url?: string | undefined
  readonly options?: Omit<SessionAppOptions, 'onError'>
  readonly trustsProxy?: boolean
  /** Beside those that all apps have. */
  readonly routes?: readonly SessionRoute[]
  /** In the place of the one that is tested. */
  readonly adapter?: SessionAdapter
}

/** An app with sessions. */
export interface RunningSessions {
  readonly redstart: Redstart<KeptFields>
  readonly port: number
  /** All that the instance told. */
  readonly events: readonly RedstartEvent[]
  /** What the middleware could tell nobody else. */
  readonly errors: readonly unknown[]
  /** A new one, without cookies. */
  browser(): Browser
}

/** What seals sessions in these tests. */
export const KEY: string = Buffer.alloc(32, 7).toString('base64')

export function sessionTest(name: string, test: (parts: SessionTestParts) => Promise<void>): SessionAdapterTest {
  return {
    name,
    run: async (adapter, server) => {
      const ends: (() => void | Promise<void>)[] = []
      const onEnd: SessionTestParts['onEnd'] = (end) => void ends.unshift(end)
      const proxy = async (): Promise<FaultProxy> => {
        const made = await faultProxy(server.url)
        onEnd(async () => await made.stop())
        return made
      }
      try {
        await test({
          adapter,
          server,
          proxy,
          onEnd,
          start: async (parts) => await startApp(adapter, server, onEnd, parts),
        })
      } finally {
        for (const end of ends) await end()
      }
    },
  }
}

async function startApp(
  tested: SessionAdapter,
  server: RedisServer,
  onEnd: SessionTestParts['onEnd'],
  parts: AppParts = {},
): Promise<RunningSessions> {
  const { adapter = tested, options = {}, trustsProxy = false, routes = [] } = parts
  const url = 'url' in parts ? parts.url : server.url
  const redstart = createRedstart<KeptFields>({ ...ownPlace(url), ...parts.redstart })
  onEnd(async () => await redstart.close())
  const events: RedstartEvent[] = []
  const errors: unknown[] = []
  redstart.events.subscribe((event) => void events.push(event))
  const onError = (error: unknown): void => void errors.push(error)
  const all = [...accountRoutes, ...routes]
  const { port, close } = await adapter.start({ redstart, options: { ...options, onError }, trustsProxy, routes: all })
  const agent = keepAlive(CONNECTIONS)
  onEnd(async () => {
    agent.destroy()
    await close()
  })
  return { redstart, port, events, errors, browser: () => new Browser(port, agent) }
}

/** Of all browsers of an app together; more requests wait. */
const CONNECTIONS = 200

/** Keys of its own, and patience with a machine that is busy. */
function ownPlace(url: string | undefined): RedstartOptions<KeptFields> {
  const own = { app: `app-${randomUUID()}`, keys: KEY, deadline: '10s' } as const
  return url === undefined ? own : { ...own, backend: redis(url) }
}
