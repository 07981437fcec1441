import type { Redstart, Session } from '@redstart/core'
import type { SessionPolicyOptions } from '@redstart/core/http'
import type { HttpAnswer, StartedHttpApp } from '../http/adapter.ts'

/** An adapter of a web framework with sessions, as the suite sees it. */
export interface SessionAdapter {
  /**
   * Makes the app in the framework, as its people would write it, with sessions in front of all routes, and has it listen
   * on 127.0.0.1. The status of an error that a handler throws is the answer's, 500 where it has none; errors are
   * not written to the console.
   */
  start(app: SessionApp): Promise<StartedHttpApp>
  /** The answer to a thrown error passes sessions as well: it does in Express and Fastify. */
  readonly settlesErrors: boolean
  /** What an error tells people to do so that a proxy is trusted, in the framework's own words: `app.set('trust proxy', 1)`. */
  readonly howToTrust: string
}

/** What an adapter makes an app of. */
export interface SessionApp {
  readonly redstart: Redstart<KeptFields>
  /** What `session(redstart, options)` of the adapter is given, as it stands. */
  readonly options: SessionAppOptions
  /** The server that connects is a proxy to trust: what it says of TLS, host and address in `X-Forwarded-*` counts. */
  readonly trustsProxy: boolean
  readonly routes: readonly SessionRoute[]
}

export interface SessionAppOptions extends Pick<SessionPolicyOptions, 'cookie' | 'load'> {
  readonly onError: (error: unknown) => void
}

/** GET routes answer HEAD as well. What a handler throws goes to the framework. */
export interface SessionRoute {
  readonly method: 'GET' | 'POST'
  /** Without parameters. */
  readonly path: string
  handle(turn: SessionTurn): Promise<HttpAnswer>
}

/** A request as a handler sees it; the adapter makes it of what its framework gives handlers. */
export interface SessionTurn {
  readonly method: string
  readonly query: URLSearchParams
  /** A header of the request, by its name in lower case. */
  header(name: string): string | undefined
  /** Where handlers of the framework find it, looked up at each read: `req.session`. Never read with `load: 'lazy'`. */
  readonly session: KeptSession
  /** The session, loaded where that has not happened yet: for `load: 'lazy'`. */
  load(): Promise<KeptSession>
  /** Takes the session away from its request, which ends it: `req.session = null`. */
  unset(): void
}

/** What the apps keep in their sessions. */
export interface KeptFields {
  views: number
  cart: Record<string, number>
  note: string
  name: string
}

export type KeptSession = Session<KeptFields>
