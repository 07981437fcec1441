import { Buffer } from 'node:buffer'
import type { HttpApp, HttpAppElsewhere, HttpAppReport } from './adapter.ts'
import { moves } from './moves.ts'
import { type Captured, captures, limits, visitors } from './policies.ts'
import { type Doings, routesOf } from './routes.ts'

export type { HttpAnswer, HttpApp, HttpAppElsewhere, HttpAppReport, HttpRoute, Visitor } from './adapter.ts'

/** The app of the suite in another runtime, whose adapter has it tell the suite what it did. */
export interface OpenHttpApp extends HttpAppElsewhere {
  readonly app: HttpApp
}

/** Makes the app anew, for one test. */
export function openHttpApp(): OpenHttpApp {
  const captured: Captured[] = []
  let hasSecond = false
  const doings: Doings = {
    ...{ streamed: 0, streamEnded: false, handled: [] },
    // Looked for, since some runtimes let no request wait for another one.
    secondEvent: async () => {
      while (!hasSecond) await new Promise((resolve) => setTimeout(resolve, 5))
    },
  }
  return {
    app: { visitors, others: [limits, captures(captured), moves(captured)], routes: routesOf(doings) },
    report: async (known) => {
      const { streamed, streamEnded, handled } = doings
      return { streamed, streamEnded, handled, captured: captured.map((one, n) => told(one, !known.includes(n))) }
    },
    sendSecondEvent: async () => {
      hasSecond = true
    },
  }
}

function told({ target, head, chunks, outcome, calls }: Captured, isNew: boolean): HttpAppReport['captured'][number] {
  const body =
    isNew && outcome !== undefined && chunks.length > 0 ? { body: Buffer.concat(chunks).toString('base64') } : {}
  return { target, head, calls, outcome, ...body }
}
