import type { Database } from './database.ts'
import { openPglite } from './pglite-database.ts'
import { openPostgres } from './postgres-database.ts'

/** What starting it means, for people to read first. */
export function databaseNotice(url: string | undefined): string {
  if (isSet(url)) return 'the PostgreSQL server of DATABASE_URL'
  return 'PostgreSQL inside this process, about 0.9 GB of memory; DATABASE_URL=postgres://... uses a server instead'
}

/**
 * The PostgreSQL server of `url`, or one inside this process where there is none.
 *
 * @param url what `DATABASE_URL` holds; empty counts as not set.
 */
export function openDatabase(url: string | undefined): Promise<Database> {
  return isSet(url) ? openPostgres(url) : openPglite()
}

function isSet(url: string | undefined): url is string {
  return url !== undefined && url !== ''
}
