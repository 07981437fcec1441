import { AsyncLocalStorage } from 'node:async_hooks'
import type { RedstartEvent } from '@redstart/core'
import type { RequestHandler, Response } from 'express'
import type { Database, Queries, SqlValue } from '../database/database.ts'

/** What one request caused, gathered on the way. */
interface Trace {
  readonly since: number
  queries: number
  /** Of them, those that run at the moment. */
  running: number
  /** When the first of those began. */
  runningSince: number
  /** Milliseconds during which at least one ran. */
  databaseMs: number
  hits: number
  staleHits: number
}

const traces = new AsyncLocalStorage<Trace>()

/** Starts the trace of a request. Comes after the body parser, which leaves the asynchronous context. */
export const traced: RequestHandler = (_request, _response, next) => {
  traces.run(
    { since: performance.now(), queries: 0, running: 0, runningSince: 0, databaseMs: 0, hits: 0, staleHits: 0 },
    next,
  )
}

/** Notes what the cache says while it serves the current request. */
export function noteEvent(event: RedstartEvent): void {
  const trace = traces.getStore()
  if (trace === undefined || event.type !== 'cache.hit') return
  trace.hits += 1
  if (event.stale) trace.staleHits += 1
}

/** The same database, with every statement noted on the request that caused it. */
export function tracedDatabase(database: Database): Database {
  return {
    description: database.description,
    ...tracedQueries(database),
    transaction: (work) => database.transaction((queries) => work(tracedQueries(queries))),
    close: () => database.close(),
  }
}

function tracedQueries(queries: Queries): Queries {
  return {
    async query<Row extends object>(sql: string, parameters?: readonly SqlValue[]) {
      const trace = traces.getStore()
      if (trace === undefined) return queries.query<Row>(sql, parameters)
      begin(trace)
      try {
        return await queries.query<Row>(sql, parameters)
      } finally {
        end(trace)
      }
    },
  }
}

function begin(trace: Trace): void {
  if (trace.running === 0) trace.runningSince = performance.now()
  trace.queries += 1
  trace.running += 1
}

function end(trace: Trace): void {
  trace.running -= 1
  if (trace.running === 0) trace.databaseMs += performance.now() - trace.runningSince
}

/**
 * Where the answer came from, for `x-cache`: `hit`, `stale`, `miss` (this request asked the database), `joined` (it
 * waited for one that did) or `off`.
 */
export type CacheOutcome = 'hit' | 'stale' | 'miss' | 'joined' | 'off'

/** Sets `x-cache`, unless the answer never goes through the cache, and `server-timing`. */
export function setTraceHeaders(response: Response, cache: 'on' | 'off' | 'none'): void {
  const trace = traces.getStore()
  if (trace === undefined) return
  if (cache !== 'none') response.set('x-cache', cache === 'off' ? 'off' : outcomeOf(trace))
  const database = `db;dur=${trace.databaseMs.toFixed(1)};desc="${trace.queries} SQL statements"`
  response.set('server-timing', `${database}, total;dur=${(performance.now() - trace.since).toFixed(1)}`)
}

function outcomeOf(trace: Trace): CacheOutcome {
  // Stale first: its refresh, in the background, asks the database too.
  if (trace.staleHits > 0) return 'stale'
  if (trace.queries > 0) return 'miss'
  return trace.hits > 0 ? 'hit' : 'joined'
}
