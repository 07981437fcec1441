import { Redis as Redis5 } from 'ioredis-5'
import type { Backend } from '../../src/index.ts'
import { redis } from '../../src/redis/index.ts'
import type { ConnectionOrders, FromWorker, Orders, ToWorker } from './messages.ts'
import { Worker } from './worker.ts'

/** How often what happened is told, in ms. */
const TELL_EVERY = 100
/** Few markers are remembered, so that the floor rises; a breaker opens for less than the run. */
const BACKEND = { markers: 300, breaker: { openFor: 100, longest: 500 }, connectTimeout: '1s' } as const

const trueNow = Date.now
let skew = 0
// The wall clock of this process alone. What it decides must not matter.
Date.now = () => trueNow() + skew

let worker: Worker | undefined

process.on('message', (message: ToWorker) => {
  if (message.kind === 'start') start(message.orders)
  else if (message.kind === 'skew') skew = message.milliseconds
  else if (message.kind === 'hold') worker?.hold(() => tell({ kind: 'holding' }))
  else void end(message.explain).catch(fail)
})
// Without a parent there is nobody to work for.
process.on('disconnect', () => process.exit())
tell({ kind: 'ready' })

function start(orders: Orders): void {
  skew = orders.skew
  const started = new Worker(orders, backendOf(orders.connection))
  worker = started
  started.failed().catch(fail)
  setInterval(() => tell({ kind: 'batch', batch: started.notebook.take() }), TELL_EVERY).unref()
}

async function end(explain: (ToWorker & { readonly kind: 'end' })['explain']): Promise<void> {
  if (worker === undefined) throw new Error('told to end before it was started')
  const tally = await worker.end()
  const events = explain === undefined ? [] : worker.eventsOf(explain.node, explain.paths)
  tell({ kind: 'ended', batch: worker.notebook.take(), tally, events: events.map(plain) })
}

/** What an error of an event refers to may not be told to another process. */
function plain<T>(event: T): T {
  // It is for reading only, and reads the same.
  return JSON.parse(JSON.stringify(event, (_, value: unknown) => (value instanceof Error ? String(value) : value))) as T
}

function fail(error: unknown): void {
  tell({ kind: 'failed', text: error instanceof Error ? (error.stack ?? error.message) : String(error) })
}

function tell(message: FromWorker): void {
  process.send?.(message)
}

function backendOf(connection: ConnectionOrders): Backend {
  switch (connection.kind) {
    case 'one connection':
      return redis({ ...BACKEND, url: connection.url })
    case 'pool':
      return redis({ ...BACKEND, url: connection.url, poolSize: connection.poolSize })
    case 'subscribed apart':
      return redis(new Redis5(connection.url, { lazyConnect: true }))
    case 'cluster':
      return redis({ ...BACKEND, cluster: connection.nodes, natMap: connection.proxies })
    default:
      return connection satisfies never
  }
}
