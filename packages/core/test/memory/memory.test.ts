import { describe, expect, it } from 'vitest'
import type { CacheStore, Hint, InvalidateRequest } from '../../src/cache/cache-store.ts'
import type { Clock } from '../../src/clock.ts'
import { memory } from '../../src/memory/index.ts'

const G1 = '0123456789abcdef0123456789abcdef'
const G2 = 'ffffffffffffffffffffffffffffffff'

function handClock(): Clock & { at: number } {
  return {
    at: 1000,
    now() {
      return this.at
    },
    schedule: () => () => {},
  }
}

function open(options?: Parameters<typeof memory>[0]): {
  store: CacheStore
  other: CacheStore
  clock: Clock & { at: number }
} {
  const clock = handClock()
  const backend = memory(options)
  return { store: backend.cache({ app: 'a', clock }), other: backend.cache({ app: 'a', clock }), clock }
}

function entry(generation: string, clock: number, payload = 0): Uint8Array {
  const bytes = Buffer.alloc(80)
  bytes.set([0xc1, 1, 0, 0x10])
  bytes.set(Buffer.from(generation, 'hex'), 4)
  bytes.writeBigUInt64BE(BigInt(clock), 20)
  bytes[79] = payload
  return new Uint8Array(bytes)
}

function invalidation(names: string[], more: Partial<InvalidateRequest> = {}): InvalidateRequest {
  return { names, kind: 'hard', deadline: Infinity, unlink: [], candidate: G1, keep: 1000, ...more }
}

async function get(store: CacheStore, key: string): Promise<Uint8Array | undefined> {
  return (await store.read({ keys: [key] }, 100)).entries[0]
}

describe('entries in memory', () => {
  it('copies bytes in and out', async () => {
    const { store } = open()
    const bytes = Buffer.from('abc')
    await store.write({ key: 'n:k', bytes, ttl: 1000, generation: G1, clock: 1 }, 100)
    bytes.fill(0)
    const first = await get(store, 'n:k')
    expect(first).toEqual(new Uint8Array([97, 98, 99]))
    first?.fill(1)
    expect(await get(store, 'n:k')).toEqual(new Uint8Array([97, 98, 99]))
  })

  it('expires by the injected clock', async () => {
    const { store, clock } = open()
    await store.write({ key: 'n:k', bytes: entry(G1, 1), ttl: 500, generation: G1, clock: 1 }, 100)
    clock.at += 499
    expect(await get(store, 'n:k')).toBeDefined()
    clock.at += 1
    expect(await get(store, 'n:k')).toBeUndefined()
  })

  it('lets the highest clock of a generation win, and foreign bytes lose to anything', async () => {
    const { store } = open()
    const write = (bytes: Uint8Array, generation: string, clock: number): Promise<string> =>
      store.write({ key: 'n:k', bytes, ttl: 1000, generation, clock }, 100)
    expect(await write(entry(G1, 2 ** 40), G1, 2 ** 40)).toBe('stored')
    expect(await write(entry(G1, 2 ** 40 - 1), G1, 2 ** 40 - 1)).toBe('outranked')
    expect(await write(entry(G1, 2 ** 40, 7), G1, 2 ** 40)).toBe('stored')
    expect((await get(store, 'n:k'))?.[79]).toBe(7)
    expect(await write(entry(G2, 1), G2, 1)).toBe('stored')
    expect(await write(Buffer.from('foreign'), G2, 2)).toBe('stored')
    expect(await write(entry(G2, 1), G2, 1)).toBe('stored')
  })

  it('drops the least recently used above the number of entries', async () => {
    const { store } = open({ maxEntries: 2 })
    for (const key of ['n:1', 'n:2'])
      await store.write({ key, bytes: entry(G1, 1), ttl: 1000, generation: G1, clock: 1 }, 100)
    await get(store, 'n:1')
    await store.write({ key: 'n:3', bytes: entry(G1, 1), ttl: 1000, generation: G1, clock: 1 }, 100)
    const { entries } = await store.read({ keys: ['n:1', 'n:2', 'n:3'] }, 100)
    expect(entries.map((bytes) => bytes !== undefined)).toEqual([true, false, true])
  })

  it('stays below maxBytes, and refuses what can never fit without dropping what is there', async () => {
    const { store } = open({ maxBytes: 10_000 })
    const write = (key: string, size: number): Promise<string> =>
      store.write({ key, bytes: new Uint8Array(size), ttl: 1000, generation: G1, clock: 1 }, 100)
    for (let n = 0; n < 20; n++) await write(`n:${n}`, 1000)
    const { entries } = await store.read({ keys: Array.from({ length: 20 }, (_, n) => `n:${n}`) }, 100)
    const kept = entries.filter((bytes) => bytes !== undefined).length
    expect(kept).toBeGreaterThan(5)
    expect(kept).toBeLessThan(10)
    await expect(write('n:19', 10_001)).rejects.toMatchObject({ code: 'VALUE_TOO_LARGE' })
    expect(await get(store, 'n:19')).toHaveLength(1000)
  })
})

describe('the view in memory', () => {
  it('has no snapshot before a generation, starts one by a question or an invalidation, and keeps the first', async () => {
    const { store, other } = open()
    expect((await store.read({ keys: [], names: ['t:x'] }, 100)).snapshot).toBeUndefined()
    const [one, two] = await Promise.all([
      store.read({ keys: [], question: { candidate: G1, keep: 1 } }, 100),
      other.read({ keys: [], question: { candidate: G2, keep: 1 } }, 100),
    ])
    expect(one.answer).toMatchObject({ generation: G1, clock: 1 })
    expect(two.answer).toMatchObject({ generation: G1, clock: 1 })
    expect(two.answer?.time).toBeGreaterThan(Date.parse('2020-01-01'))
    expect(await store.invalidate(invalidation(['t:x'], { candidate: G2 }), 100)).toEqual({
      generation: G1,
      previous: 1,
      clock: 2,
    })
    expect(await open().store.invalidate(invalidation([], { candidate: G2 }), 100)).toEqual({
      generation: G2,
      previous: 1,
      clock: 2,
    })
  })

  it('keeps hard and soft apart, and promotes a soft marker whose deadline passed', async () => {
    const { store, clock } = open()
    const now = async (): Promise<number> =>
      (await store.read({ keys: [], question: { candidate: G1, keep: 1 } }, 100)).answer?.time ?? 0
    const marker = async (): Promise<unknown> =>
      (await store.read({ keys: [], names: ['t:x'] }, 100)).snapshot?.markers.get('t:x')
    const start = await now()
    await store.invalidate(invalidation(['t:x'], { kind: 'soft' }), 100)
    expect(await marker()).toEqual({ hard: 0, soft: 2, deadline: Infinity })
    await store.invalidate(invalidation(['t:x'], { kind: 'soft', deadline: start + 100 }), 100)
    await store.invalidate(invalidation(['t:x'], { kind: 'soft', deadline: start + 200 }), 100)
    expect(await marker()).toEqual({ hard: 0, soft: 4, deadline: start + 100 })
    clock.at += 100
    await store.invalidate(invalidation(['t:x', 't:x'], { kind: 'soft', deadline: start + 50 }), 100)
    expect(await marker()).toEqual({ hard: 4, soft: 5, deadline: start + 50 })
    await store.invalidate(invalidation(['t:x']), 100)
    expect(await marker()).toEqual({ hard: 6, soft: 5, deadline: start + 50 })
  })

  it('prunes the oldest above the bound and raises the floor, but keeps what was raised again', async () => {
    const { store } = open({ markers: 3 })
    for (const name of ['a', 'b', 'a', 'c', 'd']) await store.invalidate(invalidation([name]), 100)
    const { snapshot } = await store.read({ keys: [], names: ['a', 'b', 'c', 'd'] }, 100)
    expect([...(snapshot?.markers.keys() ?? [])]).toEqual(['a', 'c', 'd'])
    expect(snapshot?.floor).toBe(3)
  })

  it('bounds the queue of a name invalidated for ever without raising the floor for it', async () => {
    const { store } = open({ markers: 2 })
    for (let n = 0; n < 1000; n++) await store.invalidate(invalidation(['a']), 100)
    const { snapshot } = await store.read({ keys: [], names: ['a'] }, 100)
    expect(snapshot).toMatchObject({ clock: 1001, floor: 0 })
    expect(snapshot?.markers.get('a')?.hard).toBe(1001)
    await store.invalidate(invalidation(Array.from({ length: 50 }, (_, n) => `m${n}`)), 100)
    expect((await store.read({ keys: [], names: ['a', 'm1'] }, 100)).snapshot).toMatchObject({
      floor: 1002,
      markers: new Map(),
    })
  })
})

describe('stores over one memory backend', () => {
  it('hear each other before the reply, until they unsubscribe or close', async () => {
    const { store, other } = open()
    const heard: Hint[] = []
    store.subscribe((hint) => heard.push(hint))
    const stop = other.subscribe((hint) => heard.push(hint))
    const done = await store.invalidate(invalidation(['t:x', 't:y'], { kind: 'soft', deadline: 5000.5 }), 100)
    const hint = { ...done, names: ['t:x', 't:y'], kind: 'soft', deadline: 5000 }
    expect(heard).toEqual([hint, hint])
    stop()
    await store.invalidate(invalidation([]), 100)
    expect(heard).toHaveLength(3)
    await store.close()
    await other.invalidate(invalidation([]), 100)
    expect(heard).toHaveLength(3)
  })

  it('keep apps apart, and nothing crosses two backends', async () => {
    const clock = handClock()
    const backend = memory()
    const [a, b] = [backend.cache({ app: 'a', clock }), backend.cache({ app: 'b', clock })]
    await a.write({ key: 'n:k', bytes: entry(G1, 1), ttl: 1000, generation: G1, clock: 1 }, 100)
    expect(await get(b, 'n:k')).toBeUndefined()
    expect(await get(memory().cache({ app: 'a', clock }), 'n:k')).toBeUndefined()
  })

  it('reject with CLOSED after close, and close twice', async () => {
    const { store, other } = open()
    await store.close()
    await store.close()
    await expect(store.read({ keys: ['n:k'] }, 100)).rejects.toMatchObject({ code: 'CLOSED' })
    await expect(
      store.write({ key: 'n:k', bytes: entry(G1, 1), ttl: 1, generation: G1, clock: 1 }, 100),
    ).rejects.toMatchObject({ code: 'CLOSED' })
    await expect(store.invalidate(invalidation([]), 100)).rejects.toMatchObject({ code: 'CLOSED' })
    expect(() => store.subscribe(() => {})).toThrow(expect.objectContaining({ code: 'CLOSED' }))
    expect(await get(other, 'n:k')).toBeUndefined()
  })

  it('refuse bounds that are no positive whole number', () => {
    for (const markers of [0, -1, 1.5, Number.NaN]) {
      expect(() => memory({ markers })).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    }
  })
})
