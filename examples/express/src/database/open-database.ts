import type { Database } from './database.ts'
import { openPglite } from './pglite-database.ts'
import { openPostgres } from './postgres-database.ts'

/**
 * The PostgreSQL server of `url`, or one inside this process where there is none.
 *
 * @param url what `DATABASE_URL` holds; empty counts as not set.
 */
export function openDatabase(url: string | undefined): Promise<Database> {
  return url === undefined || url === '' ? openPglite() : openPostgres(url)
}
