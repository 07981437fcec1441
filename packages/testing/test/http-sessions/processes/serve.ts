import { createRedstart } from '@redstart/core'
import { redis } from '@redstart/core/redis'
import { accountRoutes } from '../../../src/http-sessions/account-routes.ts'
import { raceRoutes, raceSessions } from '../../../src/http-sessions/race-app.ts'
import type { KeptFields, SessionAdapter } from '../../../src/http-sessions/session-adapter.ts'

export interface ServeOrders {
  readonly url: string
  readonly app: string
  readonly keys: string
}

export interface Served {
  readonly port: number
  close(): Promise<void>
}

/** Serves an app that races for sessions with those of other processes. */
export async function serve(adapter: SessionAdapter, { url, app, keys }: ServeOrders): Promise<Served> {
  const backend = redis(url)
  const redstart = createRedstart<KeptFields>({ backend, app, keys, deadline: '10s', sessions: raceSessions })
  const onError = (error: unknown): void => console.error(error)
  const routes = [...accountRoutes, ...raceRoutes]
  const { port, close } = await adapter.start({ redstart, options: { onError }, trustsProxy: false, routes })
  return {
    port,
    close: async () => {
      await close()
      await redstart.close()
    },
  }
}
