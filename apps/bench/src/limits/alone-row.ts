import { fork } from 'node:child_process'
import { join } from 'node:path'
import type { Row } from '../benchmark.ts'
import type { Measured, Pace } from '../rounds.ts'

/** What is run is what the compiler wrote. */
const PROGRAM = join(import.meta.dirname, '../../dist/limits/alone.js')

/** Measured in a process of its own: code that many others have run is slower, and so is a heap that they have filled. */
export async function aloneRow(name: string, what: 'denied' | 'leased', url: string, pace: Pace): Promise<Row> {
  const child = fork(PROGRAM, [what, url, JSON.stringify(pace)], { execArgv: [] })
  const results = await new Promise<readonly Measured[]>((resolve, reject) => {
    // It sends nothing else.
    child.once('message', (message) => resolve(message as readonly Measured[]))
    child.once('exit', () => reject(new Error(`nothing was measured of what is ${what}`)))
  })
  return { name, results }
}
