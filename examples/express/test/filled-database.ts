import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { PGlite } from '@electric-sql/pglite'
import { inject } from 'vitest'
import { type Database, type Queries, SESSION_SETTINGS } from '../src/database/database.ts'
import { fill } from '../src/fill/fill.ts'

/** How many orders it has. */
export const ORDERS = 300

/**
 * The restaurants' database with 300 orders, for a test alone. PostgreSQL takes seconds to begin a database: that is done
 * once in a run of tests, and what came of it is copied.
 */
export async function filledDatabase(): Promise<Database> {
  const copy = new Blob([await readFile(await filledOnce(inject('ownFolder')))])
  return await opened(await PGlite.create({ loadDataDir: copy }))
}

/** The file of it, made by who asks first. */
async function filledOnce(folder: string): Promise<string> {
  const file = join(folder, 'restaurants.tar')
  try {
    await writeFile(join(folder, 'begun'), '', { flag: 'wx' })
  } catch {
    // Somebody else is at it; where that fails, the test's own time ends this.
    while (!(await readFile(file).then(Boolean, () => false))) await setTimeout(50)
    return file
  }
  const pglite = await PGlite.create()
  await fill(await opened(pglite), { orders: ORDERS })
  await writeFile(`${file}.part`, Buffer.from(await (await pglite.dumpDataDir('none')).arrayBuffer()))
  await rename(`${file}.part`, file)
  await pglite.close()
  return file
}

async function opened(pglite: PGlite): Promise<Database> {
  await pglite.exec(SESSION_SETTINGS)
  return {
    description: 'a copy of PGlite',
    ...queriesOf(pglite),
    transaction: async (work) => await pglite.transaction(async (transaction) => await work(queriesOf(transaction))),
    close: async () => await pglite.close(),
  }
}

function queriesOf(pglite: Pick<PGlite, 'query'>): Queries {
  return {
    query: async <Row extends object>(sql: string, parameters: readonly unknown[] = []) =>
      (await pglite.query<Row>(sql, [...parameters])).rows,
  }
}
