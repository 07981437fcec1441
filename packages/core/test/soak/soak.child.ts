import type { FromChild, ToChild } from './messages.ts'
import { Work } from './work.ts'

if (globalThis.gc === undefined) throw new Error('started without --expose-gc')

let work: Work | undefined

process.on('message', (message: ToChild) => void obey(message).catch(fail))
// Without a parent there is nobody to work for.
process.on('disconnect', () => void (ended || process.exit()))
let ended = false
tell({ kind: 'ready' })

async function obey(message: ToChild): Promise<void> {
  if (message.kind === 'start') work = new Work(message.orders)
  if (work === undefined) throw new Error(`told to ${message.kind} before it was started`)
  if (message.kind === 'work') await work.work(fail)
  else if (message.kind === 'rest') tell({ kind: 'rested', footprint: await work.rest() })
  else if (message.kind === 'end') {
    tell({ kind: 'ended', done: await work.end() })
    ended = true
  }
}

function fail(error: unknown): void {
  tell({ kind: 'failed', text: error instanceof Error ? (error.stack ?? error.message) : String(error) })
}

function tell(message: FromChild): void {
  process.send?.(message)
}
