import { SCHEMA, type Database, type Queries } from '../database/database.ts'
import { fillMasterData } from './fill-master-data.ts'
import { fillOrders } from './fill-orders.ts'
import { fillSignIns } from './fill-sign-ins.ts'
import { FILLED, INDEXES, TABLES } from './schema.ts'

/** Called as the work goes on; `done` and `total` are steps of about the same length. */
export type Progress = (step: { readonly done: number; readonly total: number; readonly label: string }) => void

/** Options of {@link fill}. */
export interface FillOptions {
  /** How many orders the last 90 days have. @default 200 000 */
  readonly orders?: number
  /** Told about every step. */
  readonly progress?: Progress
}

/** Any number that no other program of this database uses as an advisory lock. */
const LOCK = 7_205_759

/** Orders per statement: small enough for a smooth progress bar. */
const BATCH = 20_000

/**
 * Fills the database with two restaurants: menus, recipes, stock, staff, some of whom can sign in, promotions and the orders of the last 90 days.
 * The same on every run, except that the days are counted from today.
 *
 * All or nothing, in one transaction: a database that is already filled stays as it is, one that was interrupted is
 * filled again, and of two processes that start together one waits for the other.
 *
 * @returns true when it filled, false when everything was there.
 */
export function fill(database: Database, options: FillOptions = {}): Promise<boolean> {
  const { orders = 200_000, progress = () => undefined } = options
  return database.transaction(async (queries) => {
    await queries.query('select pg_advisory_xact_lock($1)', [LOCK])
    await queries.query(`create schema if not exists ${SCHEMA}`)
    if (await isFilled(queries)) {
      // A server that was filled before anybody could sign in.
      await fillSignIns(queries)
      return false
    }
    const batches = Math.ceil(orders / BATCH)
    // Tables and menus, indexes: about as long as two batches each.
    const total = batches + 4
    progress({ done: 0, total, label: 'tables and menus' })
    for (const statement of TABLES) await queries.query(statement)
    await fillMasterData(queries)
    await fillSignIns(queries)
    await queries.query('select setseed(0.42)')
    for (let batch = 0; batch < batches; batch += 1) {
      progress({ done: batch + 2, total, label: '90 days of orders' })
      await fillOrders(queries, { first: batch * BATCH + 1, last: Math.min(orders, (batch + 1) * BATCH), of: orders })
    }
    progress({ done: batches + 2, total, label: 'indexes' })
    for (const statement of INDEXES) await queries.query(statement)
    await queries.query(FILLED)
    await queries.query('insert into filled (orders) values ($1)', [orders])
    progress({ done: total, total, label: 'ready' })
    return true
  })
}

async function isFilled(queries: Queries): Promise<boolean> {
  const [row] = await queries.query<{ filled: boolean }>(`select to_regclass('filled') is not null as filled`)
  return row?.filled === true
}
