import pg from 'pg'
import { SCHEMA, SESSION_SETTINGS, type Database, type Queries, type SqlValue } from './database.ts'

/** Longer than any query of the example; a database that hangs gives an error instead of a page that never comes. */
const STATEMENT_TIMEOUT_MS = 60_000

/**
 * A PostgreSQL server, through a pool of connections.
 *
 * @param url `postgres://user:password@host:port/database`
 * @throws Error when the URL is none, the server cannot be reached or it refuses the login; its cause is the driver's.
 */
export async function openPostgres(url: string): Promise<Database> {
  const pool = new pg.Pool({
    connectionString: url,
    max: 8,
    connectionTimeoutMillis: 10_000,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    // Its type says void, but the pool waits for what it returns.
    onConnect: (client): unknown => client.query(SESSION_SETTINGS),
  })
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => undefined)
  try {
    const description = await describe(pool)
    return database(pool, description)
  } catch (error) {
    await pool.end()
    throw new Error(
      `The PostgreSQL server of DATABASE_URL cannot be used: ${reason(error)}. Check the URL and that it runs, or leave DATABASE_URL out`,
      {
        cause: error,
      },
    )
  }
}

/** A host with several addresses gives an error without a message of its own; its code says enough. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.message || ('code' in error ? String(error.code) : error.name)
}

async function describe(pool: pg.Pool): Promise<string> {
  const { rows } = await pool.query<{ name: string; version: string }>(
    `select current_database() as name, split_part(current_setting('server_version'), ' ', 1) as version`,
  )
  return `PostgreSQL ${rows[0]?.version} at DATABASE_URL (database ${rows[0]?.name}, schema ${SCHEMA})`
}

function database(pool: pg.Pool, description: string): Database {
  return {
    description,
    ...queriesOn(pool),
    async transaction<Result>(work: (queries: Queries) => Promise<Result>) {
      const client = await pool.connect()
      // A connection whose rollback failed is in an unknown state: the pool throws it away.
      let broken: Error | undefined
      try {
        await client.query('begin')
        const result = await work(queriesOn(client))
        await client.query('commit')
        return result
      } catch (error) {
        await client.query('rollback').catch((failure: Error) => (broken = failure))
        throw error
      } finally {
        client.release(broken)
      }
    },
    close: () => pool.end(),
  }
}

function queriesOn(client: pg.Pool | pg.PoolClient): Queries {
  return {
    async query<Row extends object>(sql: string, parameters: readonly SqlValue[] = []) {
      const { rows } = await client.query<Row>(sql, [...parameters])
      return rows
    },
  }
}
