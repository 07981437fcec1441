/**
 * What Node.js reads before `next start`, so that the storefront has the database of the parent, or the server of
 * `DATABASE_URL`, and ends with the parent.
 */
import { borrowDatabase } from '../borrowed-database.ts'

/** Where the storefront looks for a database that it is given; see its `src/lib/database.ts`. */
const PLACE = Symbol.for('redstart-example.database')

if ((process.env['DATABASE_URL'] ?? '') === '')
  Object.assign(globalThis, { [PLACE]: borrowDatabase('that of the parent') })
process.once('disconnect', () => process.exit())
