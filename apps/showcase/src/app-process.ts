/**
 * A process that serves one of the apps: `node app-process.js NAME APP`, where APP begins the keys in the Redis of
 * `REDIS_URL`. Its database is that of the parent, or the server of `DATABASE_URL`; it ends with the parent.
 */
import { cacheFromEnv, type Database, listen, openDatabase } from '@redstart-example/express'
import { APPS, listenerOf } from './apps.ts'
import { borrowDatabase } from './borrowed-database.ts'
import type { Told } from './database-messages.ts'

async function main([given, app]: readonly string[]): Promise<void> {
  const name = APPS.find((one) => one === given)
  if (name === undefined || app === undefined) throw new TypeError(`there is no app ${given}`)
  const { redstart } = cacheFromEnv(process.env, app)
  const listener = await listenerOf(name, { database: await database(), redstart })
  const { port } = await listen(listener, process.env['PORT'])
  process.send?.({ kind: 'listening', port } satisfies Told)
}

function database(): Promise<Database> {
  const url = process.env['DATABASE_URL'] ?? ''
  return url === '' ? Promise.resolve(borrowDatabase('that of the parent')) : openDatabase(url)
}

process.once('disconnect', () => process.exit())
// Ctrl-C reaches all of a terminal's processes; the parent says when this one ends.
process.on('SIGINT', () => undefined)
main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
})
