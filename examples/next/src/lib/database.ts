import { type Database, fill, openDatabase } from '@redstart-example/express'
import redstart from './redstart.mjs'

/** Where whoever starts this process may put a database that it is to use: `npm start` at the root lends its own. */
const PLACE = Symbol.for('redstart-example.database')

/** The database of the restaurants, one for the process: that of `DATABASE_URL`, or one inside of it. */
export async function database(): Promise<Database> {
  // Nothing else has this symbol.
  const holder = globalThis as { [PLACE]?: Database | Promise<Database> }
  holder[PLACE] ??= opened()
  try {
    return await holder[PLACE]
  } catch (error) {
    // The next one tries again.
    delete holder[PLACE]
    throw error
  }
}

/** Whether pages can be made while the app is built. */
export function isThereForBuild(): boolean {
  return (process.env['DATABASE_URL'] ?? '') !== ''
}

async function opened(): Promise<Database> {
  const own = await openDatabase(process.env['DATABASE_URL'])
  // What Redis still has of an older database is of no use.
  if (await fill(own)) await redstart.cache.clear()
  return own
}
