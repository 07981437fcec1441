// PostgreSQL compiled to WebAssembly, in a thread of its own: in the main one every query would stop the event loop
// until it has run. Plain JavaScript, because a worker on Node 20 cannot start from TypeScript, and sources and build
// share this file.
//
// In: { id, sql, parameters }. Out: { ready, version } | { failed } once, then { id, rows } | { id, error, code }.
import { parentPort, workerData } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'

try {
  const database = await PGlite.create()
  await database.exec(workerData.sessionSettings)
  const { rows } = await database.query(`select split_part(current_setting('server_version'), ' ', 1) as version`)
  parentPort.on('message', (message) => void answer(database, message))
  parentPort.postMessage({ ready: true, version: rows[0].version })
} catch (error) {
  parentPort.postMessage({ failed: error instanceof Error ? error.message : String(error) })
}

async function answer(database, { id, sql, parameters }) {
  try {
    const { rows } = await database.query(sql, parameters)
    parentPort.postMessage({ id, rows })
  } catch (error) {
    parentPort.postMessage({ id, error: error.message, code: error.code })
  }
}
