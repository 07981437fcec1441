import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Backend, type Clock, createRedstart, gcra } from '@redstart/core'
import { createApp } from '../src/app.ts'
import { NAMESPACES } from '../src/caches/caches.ts'
import type { Database, Queries } from '../src/database/database.ts'
import { POLICIES, type RestaurantRedstart } from '../src/limits/policies.ts'

/** A database that counts the statements of everything above it. */
export interface CountedDatabase extends Database {
  readonly statements: () => number
}

/** Counts what goes through, transactions included. */
export function counted(database: Database): CountedDatabase {
  let statements = 0
  const countedQueries = (queries: Queries): Queries => ({
    query(sql, parameters) {
      statements += 1
      return queries.query(sql, parameters)
    },
  })
  return {
    description: database.description,
    ...countedQueries(database),
    transaction: (work) => database.transaction((queries) => work(countedQueries(queries))),
    close: () => database.close(),
    statements: () => statements,
  }
}

/** An answer; the test says what it expects its JSON to be. */
export interface Answer<Body> {
  readonly status: number
  readonly cache: string | null
  readonly type: string | null
  readonly body: Body
}

/** The app on a port of its own. */
export interface BackOffice extends AsyncDisposable {
  readonly redstart: RestaurantRedstart
  readonly url: string
  get<Body>(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer<Body>>
  send<Body>(
    method: 'POST' | 'PATCH',
    path: string,
    body: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer<Body>>
  /** Headers of a request of a manager. */
  manager(): Promise<Readonly<Record<string, string>>>
}

/** What all offices of a test seal sessions with. */
const KEY = randomBytes(32).toString('base64')

/** Starts the app; over memory when no backend is given. A busy machine is no outage, unless there is a deadline in ms. */
export async function startBackOffice(
  database: Database,
  backend?: Backend,
  clock?: Clock,
  deadline = 5000,
): Promise<BackOffice> {
  const redstart = createRedstart({
    keys: KEY,
    // Everybody of a test comes from one address.
    sessions: { anonymousLimit: false },
    policies: { ...POLICIES, ordersFrom: gcra({ rate: '1000/s' }) },
    ...(clock !== undefined && { clock }),
    app: 'restaurant',
    namespaces: NAMESPACES,
    maxStaleness: '300ms',
    deadline,
    ...(backend !== undefined && { backend }),
  })
  const server = createServer(createApp({ database, redstart }))
  const url = `http://127.0.0.1:${await listening(server)}/api`
  const request = async <Body>(path: string, init: RequestInit): Promise<Answer<Body>> => {
    const response = await fetch(url + path, { ...init, signal: AbortSignal.timeout(10_000) })
    const { headers } = response
    const body = (await response.json()) as Body // the test vouches for it
    return { status: response.status, cache: headers.get('x-cache'), type: headers.get('content-type'), body }
  }
  return {
    redstart,
    url,
    get: <Body>(path: string, headers: Readonly<Record<string, string>> = {}) => request<Body>(path, { headers }),
    send: <Body>(method: 'POST' | 'PATCH', path: string, body: unknown, headers = {}) =>
      request<Body>(path, {
        method,
        body: JSON.stringify(body),
        headers: { ...headers, 'content-type': 'application/json' },
      }),
    async manager() {
      const { cookie } = await redstart.sessions.create({ userId: 1, roles: ['manager'] })
      return { cookie: `sid=${cookie.value}` }
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await redstart.close()
    },
  }
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    // On TCP the address is an object once it listens.
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}
