import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { RedstartError } from '@redstart/core'
import {
  checkSessionOptions,
  type HttpPolicy,
  loadSessionOn,
  sessionOn,
  sessionPolicy,
  SessionProperty,
  type SessionState,
} from '@redstart/core/http'
import { NodeExchange, runPolicies, usePolicy } from '@redstart/core/node-http'
import type {
  HttpAnswer,
  KeptFields,
  SessionAdapter,
  SessionApp,
  SessionTurn,
  StartedHttpApp,
} from '../../src/index.ts'
import { giveAnswer } from './give-answer.ts'

const TRUST = 'say trustsProxy'

type Policy = HttpPolicy<SessionState<KeptFields>>

/** The places where adapters go wrong. */
export interface NodeAdapterParts {
  readonly exchange: typeof PlainExchange
  readonly policy: (policy: Policy) => Policy
  /** What the session of a request is kept on. */
  readonly keptOn: (request: IncomingMessage) => object
  readonly turn: (turn: SessionTurn) => SessionTurn
  readonly give: (response: ServerResponse, answer: HttpAnswer) => Promise<void>
}

/** The smallest adapter there is, of node:http alone; with other parts a broken one. */
export function nodeAdapter(parts: Partial<NodeAdapterParts> = {}): SessionAdapter {
  return {
    settlesErrors: true,
    howToTrust: TRUST,
    start: async (app) => {
      const serve = handlerOf(app, { ...WHOLE, ...parts })
      const server = createServer((request, response) => {
        serve(request, response).catch((error: unknown) => giveError(response, error, app.options.onError))
      })
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      // A server that listens on TCP has an address of this kind.
      const { port } = server.address() as AddressInfo
      return { port, close: async () => await close(server) }
    },
  }
}

async function close(server: ReturnType<typeof createServer>): ReturnType<StartedHttpApp['close']> {
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}

/** A request of node:http. */
export class PlainExchange extends NodeExchange {
  protected readonly trustsProxy: boolean

  constructor(request: IncomingMessage, response: ServerResponse, trustsProxy: boolean) {
    super(request, response)
    this.trustsProxy = trustsProxy
  }

  get target(): string {
    return this.request.url ?? '/'
  }

  get host(): string | undefined {
    return this.request.headers.host
  }

  get secure(): boolean {
    return this.trustsProxy && this.header('x-forwarded-proto') === 'https'
  }

  get address(): string | undefined {
    return this.request.socket.remoteAddress
  }
}

const WHOLE: NodeAdapterParts = {
  exchange: PlainExchange,
  policy: (policy) => policy,
  keptOn: (request) => request,
  turn: (turn) => turn,
  give: giveAnswer,
}

type Serve = (request: IncomingMessage, response: ServerResponse) => Promise<void>

function handlerOf({ redstart, options, trustsProxy, routes }: SessionApp, parts: NodeAdapterParts): Serve {
  checkSessionOptions(options, new Set(['cookie', 'load', 'onError']))
  const { onError, load = 'eager' } = options
  const { sessions } = redstart
  const policy = parts.policy(sessionPolicy(sessions, { ...options, howToTrust: TRUST }))
  const property = new SessionProperty({ sessions, as: 'session', load, of: 'request' })
  const use = usePolicy(policy, (request: IncomingMessage, state) => {
    state.onFailed = onError
    property.put(parts.keptOn(request), state)
  })
  return async (request, response) => {
    const exchange = new parts.exchange(request, response, trustsProxy)
    const run = { uses: [use], context: request, exchange, response, heldBytes: 16 * 1024 * 1024, failed: onError }
    if ((await runPolicies(run)) === 'replied') return
    const { pathname, searchParams } = new URL(exchange.target, 'http://app')
    const method = exchange.method === 'HEAD' ? 'GET' : exchange.method
    const route = routes.find((one) => one.path === pathname && one.method === method)
    if (route === undefined) return void response.writeHead(404).end('not found')
    const turn = turnOf(exchange, searchParams, parts.keptOn(request))
    await parts.give(response, await route.handle(parts.turn(turn)))
  }
}

function turnOf(exchange: NodeExchange, query: URLSearchParams, object: object): SessionTurn {
  const place = { object, called: 'the request', as: 'session' }
  return {
    method: exchange.method,
    query,
    header: (name) => exchange.header(name),
    get session() {
      return sessionOn<KeptFields>(place)
    },
    load: async () => await loadSessionOn<KeptFields>(place),
    unset: () => void Reflect.set(object, 'session', null),
  }
}

/** As frameworks do: an error of ours has a status and a code, and what is nobody's to answer for is told. */
function giveError(response: ServerResponse, error: unknown, onError: (error: unknown) => void): void {
  if (response.headersSent) return void response.destroy()
  const status: unknown = typeof error === 'object' && error !== null && 'status' in error && error.status
  if (RedstartError.is(error, 'INSECURE_COOKIE')) onError(error)
  const text = RedstartError.is(error) ? JSON.stringify({ code: error.code }) : 'wrong'
  response.writeHead(typeof status === 'number' ? status : 500).end(text)
}
