import { Redis } from 'ioredis'
import { createRedstart, type Redstart, type RedstartEvent } from '../../src/index.ts'
import { redis } from '../../src/redis/index.ts'
import type { Asked, Loaded, Orders, Replied, Told } from './version-process.ts'

// By its parent, which knows what this program is given.
const { label, url, app, consistency, maxStaleness } = JSON.parse(process.argv[2] ?? '{}') as Orders
const database = new Redis(url)
let told: Told = nothing()
let instance = open()
/** What the instance is asked for and has not answered yet. */
let running: Promise<unknown>[] = []

process.on('message', ({ id, what }: { readonly id: number; readonly what: Asked }) => {
  answer(what).then(
    (value) => process.send?.({ id, value } satisfies Replied),
    (error: unknown) => process.send?.({ id, error: String(error) } satisfies Replied),
  )
})
// Without a parent there is nobody to work for.
process.on('disconnect', () => process.exit())

function open(): Redstart {
  const opened = createRedstart({ app, backend: redis(url), consistency, maxStaleness, deadline: '5s' })
  opened.events.subscribe(count)
  return opened
}

function count(event: RedstartEvent): void {
  if (event.type === 'cache.hit') told.hits += 1
  if (event.type === 'cache.miss' && event.reason === 'unreadable') told.unreadable += 1
  if (event.type === 'store.error') told.errors.push(`${event.operation}: ${event.code}`)
}

async function answer(what: Asked): Promise<unknown> {
  switch (what.do) {
    case 'read':
      return noted(instance.cache.getOrSet(what.key, () => load(what.key), { tags: [`tag:${what.key}`] }))
    case 'invalidate':
      return noted(instance.invalidate(what.target, { strategy: what.strategy }))
    case 'clear':
      return noted(instance.cache.clear())
    case 'renew':
      return renew()
    case 'tell': {
      const before = told
      told = nothing()
      return before
    }
    default:
      return what satisfies never
  }
}

/** A read that has not begun to load would be refused when its instance is closed. */
async function renew(): Promise<void> {
  const before = instance
  const there = running
  instance = open()
  running = []
  await Promise.allSettled(there)
  await before.close()
}

function noted<T>(call: Promise<T>): Promise<T> {
  running.push(call)
  return call
}

function nothing(): Told {
  return { loads: 0, hits: 0, unreadable: 0, errors: [] }
}

async function load(key: string): Promise<Loaded> {
  told.loads += 1
  return { by: label, row: Number(await database.get(`row:${key}`)) }
}
