import { type ManualClock, manualClock } from '@redstart/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRedstart, type Redstart, type RedstartOptions } from '../../src/index.ts'
import { settle } from './told-by-hand.ts'
import { ToldMemory } from './told-memory.ts'

const APP = 'shop'
const PATH = 'menu:dish'
const TTL = 1000

let clock: ManualClock
let told: ToldMemory
let instance: Redstart | undefined

beforeEach(() => {
  clock = manualClock(5000)
  told = new ToldMemory(APP, clock)
})
afterEach(() => instance?.close())

function open(options: RedstartOptions = {}): Redstart {
  instance = createRedstart({
    backend: told.backend,
    app: APP,
    clock,
    coherence: 'tracking',
    namespaces: { menu: { ttl: TTL, stale: '1h', staleWhileRevalidate: false } },
    ...options,
  })
  return instance
}

const broken = new Error('the database is gone')
const fail = (): never => {
  throw broken
}

/** A load that goes on until the test ends it. */
function loading(): {
  readonly load: () => Promise<string>
  readonly began: Promise<void>
  end(result: string): void
  fail(): void
} {
  let begin = (): void => {}
  const began = new Promise<void>((resolve) => (begin = resolve))
  const { promise, resolve, reject } = withResolvers<string>()
  return {
    load() {
      begin()
      return promise
    },
    began,
    end: resolve,
    fail: () => reject(broken),
  }
}

/** `Promise.withResolvers`, which Node.js 20 does not have. */
function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void; reject: (error: Error) => void } {
  let resolve: (value: T) => void = () => {}
  let reject: (error: Error) => void = () => {}
  const promise = new Promise<T>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}

/** Loads an entry, and lets it become stale. */
async function stale({ cache }: Redstart): Promise<void> {
  expect(await cache.getOrSet(PATH, () => 'old')).toBe('old')
  await settle()
  expect(await cache.getOrSet(PATH, fail)).toBe('old')
  await clock.advanceAsync(TTL + 1)
}

describe('when the loader fails', () => {
  it('what is stale and unchanged is served', async () => {
    const redstart = open()
    await stale(redstart)
    expect(await redstart.cache.getOrSet(PATH, fail)).toBe('old')
  })

  it('nothing is served that another program has deleted', async () => {
    const redstart = open()
    await stale(redstart)
    await told.delete(PATH)
    told.tell(PATH)
    await expect(redstart.cache.getOrSet(PATH, fail)).rejects.toBe(broken)
  })

  it('what another program has put in its place is served', async () => {
    const redstart = open()
    await stale(redstart)
    await told.set(PATH, 'new')
    told.tell(PATH)
    expect(await redstart.cache.getOrSet(PATH, fail)).toBe('new')
  })

  it.each([
    ['deleted', () => told.delete(PATH)],
    ['replaced', () => told.set(PATH, 'new')],
  ])('nothing is served that was %s while it loaded', async (_, change) => {
    const redstart = open()
    await stale(redstart)
    const { load, began, fail: end } = loading()
    const read = redstart.cache.getOrSet(PATH, load)
    await began
    await change()
    told.tell(PATH)
    end()
    await expect(read).rejects.toBe(broken)
  })

  it('nothing is served that was deleted while it loaded, though it had left memory by then', async () => {
    const redstart = open({ l1: { maxEntries: 1 } })
    await stale(redstart)
    const { load, began, fail: end } = loading()
    const read = redstart.cache.getOrSet(PATH, load)
    await began
    await redstart.cache.getOrSet('menu:other', () => 'other')
    await told.delete(PATH)
    told.tell(PATH)
    end()
    await expect(read).rejects.toBe(broken)
  })

  it('nothing is served to those who have joined the load, either', async () => {
    const redstart = open()
    await stale(redstart)
    const { load, began, fail: end } = loading()
    const first = redstart.cache.getOrSet(PATH, load)
    await began
    const joined = redstart.cache.getOrSet(PATH, load)
    await told.delete(PATH)
    told.tell(PATH)
    end()
    expect(await Promise.allSettled([first, joined])).toMatchObject([{ reason: broken }, { reason: broken }])
  })
})

describe('a read that joins another one', () => {
  it('takes nothing that was read before a change that had been told when it joined', async () => {
    const redstart = open()
    await stale(redstart)
    expect(await redstart.cache.getOrSet(PATH, () => 'fresh')).toBe('fresh')
    const held = told.holdNextReply()
    const first = redstart.cache.getOrSet(PATH, fail)
    await held.came
    await told.set(PATH, 'new')
    told.tell(PATH)
    const joined = redstart.cache.getOrSet(PATH, fail)
    await settle()
    held.letGo()
    expect(await joined).toBe('new')
    // It began before the change, so that either is right.
    expect(['fresh', 'new']).toContain(await first)
  })

  it('takes what was loaded, although the write of it was told: many of them cost no read more', async () => {
    const redstart = open()
    const { load, began, end } = loading()
    const first = redstart.cache.getOrSet(PATH, load)
    await began
    const { reads } = told
    const joined = Array.from({ length: 10 }, () => redstart.cache.getOrSet(PATH, fail))
    await settle()
    end('loaded')
    expect(await Promise.all([first, ...joined])).toEqual(Array.from({ length: 11 }, () => 'loaded'))
    expect(told.reads).toBe(reads)
  })
})
