import { createRedstart, fixedWindow, gcra, type Redstart } from '@redstart/core'
import { ask, type Received, type Sent } from '../http/client.ts'
import type { LimitAdapter, LimitApp } from './limit-adapter.ts'

/** One thing that is expected of every adapter with rate limits. */
export interface LimitAdapterTest {
  readonly name: string
  readonly run: (adapter: LimitAdapter) => Promise<void>
}

/** An app, running. */
export interface RunningLimits {
  readonly redstart: LimitApp['redstart']
  readonly port: number
  /** How often handlers ran. */
  readonly handled: readonly string[]
  ask(path: string, sent?: Sent): Promise<Received>
}

/** Windows longer than any test, so that only what is taken counts. */
const POLICIES = {
  two: fixedWindow({ limit: 2, window: '1h' }),
  five: gcra({ rate: '5/h', burst: 5 }),
} as const

export function limitTest(
  name: string,
  app: Pick<LimitApp, 'everywhere'> & Partial<Pick<LimitApp, 'trustsProxy' | 'routes'>>,
  test: (running: RunningLimits) => Promise<void>,
): LimitAdapterTest {
  return {
    name,
    run: async (adapter) => {
      const redstart: Redstart & LimitApp['redstart'] = createRedstart({ policies: POLICIES })
      const handled: string[] = []
      const routes = (app.routes ?? [{ method: 'GET', path: '/json', handle: json }]).map((route) => ({
        ...route,
        handle: async (decided: boolean | undefined) => {
          handled.push(route.path)
          return await route.handle(decided)
        },
      }))
      const { everywhere, trustsProxy = false } = app
      const { port, close } = await adapter.start({ redstart, everywhere, trustsProxy, routes })
      try {
        await test({ redstart, port, handled, ask: async (path, sent) => await ask(port, path, sent) })
      } finally {
        await close()
        await redstart.close()
      }
    },
  }
}

/** An answer that says whether the request was decided. */
export const json: LimitApp['routes'][number]['handle'] = async (decided) => ({
  kind: 'json',
  value: { decided: decided ?? null },
})
