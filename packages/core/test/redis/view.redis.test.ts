import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CacheStore, Hint, Snapshot } from '../../src/cache/cache-store.ts'
import { entry, G1, G2, invalidation, openStore, Server, until } from './server.ts'

let server: Server
beforeAll(async () => {
  server = await Server.start()
})
afterAll(() => server.stop())

async function snapshot(store: CacheStore, ...names: string[]): Promise<Snapshot | undefined> {
  return (await store.read({ keys: [], names }, 1000)).snapshot
}

async function ask(store: CacheStore, candidate: string): Promise<string | undefined> {
  return (await store.read({ keys: [], question: { candidate, keep: 60_000 } }, 1000)).answer?.generation
}

describe('the view in Redis', () => {
  it('is started by a question or an invalidation only, and lives as long as it must be kept', async () => {
    const { store, app } = openStore(server.url)
    await store.write({ key: 'n:k', bytes: entry(G1, 1), ttl: 1000, generation: G1, clock: 1 }, 1000)
    expect(await snapshot(store, 't:x')).toBeUndefined()
    expect(await ask(store, G1)).toBe(G1)
    expect(await ask(store, G2)).toBe(G1)
    expect(await server.control.pttl(`{${app}}:meta`)).toBeGreaterThan(59_000)
    await store.read({ keys: [], question: { candidate: G2, keep: 90_000 } }, 1000)
    await store.read({ keys: [], question: { candidate: G2, keep: 1000 } }, 1000)
    expect(await server.control.pttl(`{${app}}:meta`)).toBeGreaterThan(89_000)
    await store.close()
  })

  it('keeps hard, soft and deadline of each name, and drops the oldest above the bound', async () => {
    const { store } = openStore({ url: server.url, markers: 3 })
    for (const name of ['a', 'b', 'a', 'c']) await store.invalidate(invalidation([name]), 1000)
    await store.invalidate(invalidation(['c', 'ü * {d}'], { kind: 'soft', deadline: 9e12 + 0.5 }), 1000)
    expect(await snapshot(store, 'a', 'b', 'c', 'ü * {d}')).toEqual({
      generation: G1,
      clock: 6,
      floor: 3,
      floors: new Map(),
      markers: new Map([
        ['a', { hard: 4, soft: 0, deadline: Infinity }],
        ['c', { hard: 5, soft: 6, deadline: 9e12 }],
        ['ü * {d}', { hard: 0, soft: 6, deadline: 9e12 }],
      ]),
    })
    await store.close()
  })

  it('bounds the queue of a name invalidated for ever, without raising the floor for it', async () => {
    const { store, app } = openStore({ url: server.url, markers: 5 })
    for (let n = 0; n < 100; n++) await store.invalidate(invalidation(['a']), 1000)
    expect(await snapshot(store, 'a')).toMatchObject({ clock: 101, floor: 0 })
    expect(await server.control.hlen(`{${app}}:meta`)).toBe(7 + 1 + 20)
    await store.close()
  })

  it('reaches a bound that was lowered in several calls, none of which does all the work', async () => {
    const { store, app } = openStore(server.url)
    for (let n = 0; n < 5; n++)
      await store.invalidate(invalidation(Array.from({ length: 1000 }, (_, i) => `n${n}-${i}`)), 1000)
    const small = openStore({ url: server.url, markers: 10 }, app).store
    await small.invalidate(invalidation(['x']), 1000)
    const after = await server.control.hlen(`{${app}}:meta`)
    expect(after).toBeGreaterThan(3000)
    expect(after).toBeLessThan(5000)
    for (let n = 0; n < 5; n++) await small.invalidate(invalidation(['x']), 1000)
    expect(await server.control.hlen(`{${app}}:meta`)).toBeLessThan(30)
    expect(await snapshot(small, 'n4-999', 'x')).toMatchObject({ floor: 6, clock: 12 })
    await Promise.all([store.close(), small.close()])
  })

  it('is gone after FLUSHALL, and another generation begins with the next question', async () => {
    const { store } = openStore(server.url)
    await store.invalidate(invalidation(['a']), 1000)
    await server.control.flushall()
    expect(await snapshot(store, 'a')).toBeUndefined()
    expect(await ask(store, G2)).toBe(G2)
    expect(await snapshot(store, 'a')).toMatchObject({ clock: 1, floor: 0, markers: new Map() })
    await store.close()
  })

  it('tells every connected store before it replies, and one that closed no more', async () => {
    const { store, app } = openStore(server.url)
    const other = openStore(server.url, app).store
    await Promise.all([ask(store, G1), ask(other, G1)])
    const own: Hint[] = []
    const others: Hint[] = []
    store.subscribe((hint) => own.push(hint))
    const stop = other.subscribe((hint) => others.push(hint))
    const names = Array.from({ length: 1000 }, (_, n) => `t:${n} é:*{}`)
    const done = await store.invalidate(invalidation([...names, 't:1 é:*{}'], { kind: 'soft', deadline: 5000 }), 1000)
    expect(own).toEqual([{ ...done, names, kind: 'soft', deadline: 5000 }])
    await until(() => others.length === 1)
    expect(others).toEqual(own)
    stop()
    const empty = await store.invalidate(invalidation([]), 1000)
    expect(own[1]).toEqual({ ...empty, names: [], kind: 'hard', deadline: Infinity })
    await ask(other, G1)
    expect(others).toHaveLength(1)
    await Promise.all([store.close(), other.close()])
  })
})

describe('entries in Redis', () => {
  it('are under app:path with an expiry, and unlinked by an invalidation', async () => {
    const { store, app } = openStore(server.url)
    await store.write({ key: 'n:k', bytes: entry(G1, 1, 9), ttl: 5000.9, generation: G1, clock: 1 }, 1000)
    expect(await server.control.getBuffer(`${app}:n:k`)).toEqual(entry(G1, 1, 9))
    expect(await server.control.pttl(`${app}:n:k`)).toBeGreaterThan(4000)
    await store.invalidate(invalidation(['a'], { unlink: ['n:k', 'n:l'] }), 1000)
    expect((await store.read({ keys: ['n:k'] }, 1000)).entries).toEqual([undefined])
    await store.close()
  })

  it('compare clocks as numbers beyond 2^32, within one generation', async () => {
    const { store } = openStore(server.url)
    const write = (generation: string, clock: number): Promise<string> =>
      store.write({ key: 'n:k', bytes: entry(generation, clock), ttl: 5000, generation, clock }, 1000)
    expect(await write(G1, 2 ** 53 - 1)).toBe('stored')
    expect(await write(G1, 2 ** 53 - 2)).toBe('outranked')
    expect(await write(G1, 2 ** 53 - 1)).toBe('stored')
    expect(await write(G2, 2 ** 32)).toBe('stored')
    expect(await write(G2, 2 ** 32 - 1)).toBe('outranked')
    expect(await write(G2, 2 ** 32 + 1)).toBe('stored')
    await store.close()
  })

  it('of another type or layout are absent to a read where they are no bytes, and overwritten', async () => {
    const { store, app } = openStore(server.url)
    for (const key of ['list', 'text', 'version']) {
      if (key === 'list') await server.control.rpush(`${app}:n:list`, 'x')
      if (key === 'text') await server.control.set(`${app}:n:text`, '{"a":1}')
      if (key === 'version') await server.control.set(`${app}:n:version`, Buffer.from(entry(G1, 9)).fill(2, 1, 2))
    }
    const { entries } = await store.read({ keys: ['n:list', 'n:text'] }, 1000)
    expect(entries).toEqual([undefined, Buffer.from('{"a":1}')])
    expect((await store.read({ keys: ['n:list'] }, 1000)).entries).toEqual([undefined])
    for (const key of ['list', 'text', 'version']) {
      expect(
        await store.write({ key: `n:${key}`, bytes: entry(G1, 1), ttl: 5000, generation: G1, clock: 1 }, 1000),
      ).toBe('stored')
      expect((await store.read({ keys: [`n:${key}`] }, 1000)).entries).toEqual([entry(G1, 1)])
    }
    await store.close()
  })

  it('are not disturbed by a caller who changes the bytes after the call', async () => {
    const { store } = openStore(server.url)
    const bytes = entry(G1, 1, 5)
    const written = store.write({ key: 'n:k', bytes, ttl: 5000, generation: G1, clock: 1 }, 1000)
    bytes.fill(0)
    await written
    expect((await store.read({ keys: ['n:k'] }, 1000)).entries).toEqual([entry(G1, 1, 5)])
    await store.close()
  })
})
