import { Worker } from 'node:worker_threads'
import { SESSION_SETTINGS, type Database, type Queries, type SqlValue } from './database.ts'
import { requireMemory } from './required-memory.ts'

/** The same relative place from `src` and from `dist`. */
const WORKER = new URL('../../worker/pglite-worker.mjs', import.meta.url)

/** How long PostgreSQL may take to start; on a slow machine it needs some ten seconds. */
const START_DEADLINE_MS = 120_000

/** What the worker says; see its header. */
type Reply =
  | { readonly id: number; readonly rows: readonly object[] }
  | { readonly id: number; readonly error: string; readonly code?: string }
  | { readonly ready: true; readonly version: string }
  | { readonly failed: string }

interface Waiting {
  resolve(rows: readonly object[]): void
  reject(error: Error): void
}

/**
 * A PostgreSQL inside this process: PGlite in a worker thread, empty at start and gone at the end.
 *
 * @throws Error when less memory is free than it takes, or when it does not start within two minutes.
 */
export async function openPglite(): Promise<Database> {
  requireMemory()
  const worker = new Worker(WORKER, { workerData: { sessionSettings: SESSION_SETTINGS } })
  const waiting = new Map<number, Waiting>()
  try {
    const version = await started(worker)
    listen(worker, waiting)
    return database(worker, waiting, `PostgreSQL ${version} inside this process (PGlite)`)
  } catch (error) {
    await worker.terminate()
    throw error
  }
}

function started(worker: Worker): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () =>
        reject(
          new Error(
            `PGlite did not start within ${START_DEADLINE_MS / 1000} s; set DATABASE_URL to use a PostgreSQL server`,
          ),
        ),
      START_DEADLINE_MS,
    )
    worker.once('error', reject)
    worker.once('message', (reply: Reply) => {
      clearTimeout(timer)
      worker.off('error', reject)
      if ('ready' in reply) resolve(reply.version)
      else reject(new Error(`PGlite did not start: ${'failed' in reply ? reply.failed : 'unexpected reply'}`))
    })
  })
}

function listen(worker: Worker, waiting: Map<number, Waiting>): void {
  const failAll = (error: Error): void => {
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }
  worker.on('error', failAll)
  worker.on('exit', () => failAll(new Error('the database was closed')))
  worker.on('message', (reply: Reply) => {
    if (!('id' in reply)) return
    const statement = waiting.get(reply.id)
    waiting.delete(reply.id)
    if ('rows' in reply) statement?.resolve(reply.rows)
    else statement?.reject(Object.assign(new Error(reply.error), { code: reply.code }))
  })
}

function database(worker: Worker, waiting: Map<number, Waiting>, description: string): Database {
  let lastId = 0
  let closed = false
  /** Settles when the last transaction has ended. PGlite has one connection, so all others wait for it. */
  let exclusive: Promise<unknown> = Promise.resolve()

  const send: Queries['query'] = <Row extends object>(sql: string, parameters: readonly SqlValue[] = []) =>
    new Promise<readonly Row[]>((resolve, reject) => {
      if (closed) return reject(new Error('the database was closed'))
      const id = (lastId += 1)
      // The statement decides what its rows are; see Queries.
      waiting.set(id, { resolve: (rows) => resolve(rows as readonly Row[]), reject })
      worker.postMessage({ id, sql, parameters })
    })

  return {
    description,
    async query<Row extends object>(sql: string, parameters?: readonly SqlValue[]) {
      await exclusive
      return send<Row>(sql, parameters)
    },
    transaction<Result>(work: (queries: Queries) => Promise<Result>) {
      const result = exclusive.then(() => inTransaction(send, work))
      exclusive = result.catch(() => undefined)
      return result
    },
    async close() {
      closed = true
      await worker.terminate()
    },
  }
}

async function inTransaction<Result>(
  send: Queries['query'],
  work: (queries: Queries) => Promise<Result>,
): Promise<Result> {
  await send('begin')
  try {
    const result = await work({ query: send })
    await send('commit')
    return result
  } catch (error) {
    await send('rollback')
    throw error
  }
}
