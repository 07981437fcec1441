import { fork } from 'node:child_process'
import { join } from 'node:path'
import type { Row } from '../benchmark.ts'
import type { Measured, Pace } from '../rounds.ts'

/** What is run is what the compiler wrote. */
const PROGRAM = join(import.meta.dirname, '../../dist/limits/alone.js')

/** Measured in a process of its own: code that many others have run is slower, and so is a heap that they have filled. */
export async function aloneRow(name: string, all: readonly Alone[], url: string, pace: Pace): Promise<Row> {
  const results: Measured[] = []
  for (const what of all)
    for (const { name: contender, figure } of await alone(what, url, pace))
      results.push({ name: contender, figure, ratio: figure / (results[0]?.figure ?? figure) })
  return { name, results }
}

/** What is measured so, see {@link PROGRAM}. */
export type Alone = 'denied' | 'leased' | 'flexible'

async function alone(what: Alone, url: string, pace: Pace): Promise<readonly Measured[]> {
  const child = fork(PROGRAM, [what, url, JSON.stringify(pace)], { execArgv: [] })
  return await new Promise((resolve, reject) => {
    // It sends nothing else.
    child.once('message', (message) => resolve(message as readonly Measured[]))
    child.once('exit', () => reject(new Error(`nothing was measured of what is ${what}`)))
  })
}
