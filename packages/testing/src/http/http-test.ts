import type { HttpAdapter } from './adapter.ts'
import { ask, type Received, type Sent } from './client.ts'
import { Following } from './following.ts'
import { moves } from './moves.ts'
import { type Captured, captures, limits, visitors } from './policies.ts'
import { type Doings, routesOf } from './routes.ts'

/** One thing that is expected of every adapter. */
export interface HttpAdapterTest {
  readonly name: string
  readonly run: (adapter: HttpAdapter) => Promise<void>
}

/** One app, running. */
export interface RunningApp {
  readonly port: number
  readonly adapter: HttpAdapter
  readonly doings: Doings
  /** What the policy that captures was shown, answer by answer. */
  readonly captured: readonly Captured[]
  sendSecondEvent(): void
  /** Asks as the visitor ada, unless other headers are given. */
  ask(path: string, sent?: Sent): Promise<Received>
}

/** A test with an app of its own. */
export function httpTest(name: string, test: (app: RunningApp) => Promise<void>): HttpAdapterTest {
  return {
    name,
    run: async (adapter) => {
      const captured: Captured[] = []
      const { promise: secondEvent, resolve: sendSecondEvent } = withResolvers()
      const doings: Doings = {
        streamed: 0,
        streamEnded: false,
        handled: [],
        secondEvent: async () => await secondEvent,
      }
      const app = { visitors, others: [limits, captures(captured), moves(captured)], routes: routesOf(doings) }
      const { port, close, elsewhere } = await adapter.start(app)
      const following = elsewhere && new Following(elsewhere, doings, captured)
      try {
        const askAsAda: RunningApp['ask'] = async (path, sent) => {
          const received = await ask(port, path, { headers: ADA, ...sent })
          await following?.catchUp()
          return received
        }
        const send = elsewhere === undefined ? sendSecondEvent : () => void elsewhere.sendSecondEvent()
        await test({ port, adapter, doings, captured, sendSecondEvent: send, ask: askAsAda })
      } finally {
        sendSecondEvent()
        await following?.end()
        await close()
      }
    },
  }
}

const ADA: Readonly<Record<string, string>> = { cookie: 'visitor=ada' }

/** Promise.withResolvers is not in every Node.js that is promised. */
function withResolvers(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => {}
  const promise = new Promise<void>((resolved) => {
    resolve = resolved
  })
  return { promise, resolve }
}
