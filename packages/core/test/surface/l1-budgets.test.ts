import { describe, expect, it } from 'vitest'
import { memory } from '../../src/memory/index.ts'
import { open, type Watched } from '../cache/instance.ts'

const range = (size: number): number[] => Array.from({ length: size }, (_, n) => n)

/** How many of so many entries of a namespace memory holds. */
function heldOf({ cache }: Watched, namespace: string, size: number): number {
  return range(size).filter((id) => cache.namespace(namespace).peek(id).hit).length
}

describe('bounds of a namespace', () => {
  it('keep it from crowding out the others, and them from crowding it out', async () => {
    const instance = open({ l1: { maxEntries: 20 }, namespaces: { big: { l1: { maxEntries: 5 } } } })
    const { cache } = instance
    const [big, menu, page] = ['big', 'menu', 'page'].map((name) => cache.namespace(name))
    for (const id of range(10)) await menu?.set(id, id)
    for (const id of range(50)) await big?.set(id, id)
    expect([heldOf(instance, 'menu', 10), heldOf(instance, 'big', 50)]).toEqual([10, 5])
    for (const id of range(50)) await page?.set(id, id)
    expect([heldOf(instance, 'menu', 10), heldOf(instance, 'page', 50), heldOf(instance, 'big', 50)]).toEqual([
      0, 20, 5,
    ])
  })

  it('hold for entries that come from the backend, and in bytes', async () => {
    const backend = memory()
    const writer = open({ backend })
    const reader = open({
      backend,
      clock: writer.clock,
      namespaces: { big: { l1: { maxBytes: 20_000 } }, menu: { ttl: '1h' } },
    })
    for (const id of range(20)) {
      await writer.cache.namespace('big').set(id, 'x'.repeat(4000))
      await writer.cache.namespace('menu').set(id, 'x'.repeat(4000))
    }
    await reader.cache.namespace('menu').getMany(range(20))
    await reader.cache.namespace('big').getMany(range(20))
    expect(heldOf(reader, 'menu', 20)).toBe(20)
    expect(heldOf(reader, 'big', 20)).toBe(2)
    await reader.cache.namespace('big').set('huge', 'x'.repeat(50_000))
    expect(await reader.cache.namespace('big').has('huge')).toBe(true)
    expect(heldOf(reader, 'menu', 20)).toBe(20)
  })

  it('are of all its tenants together', async () => {
    const { cache } = open({ namespaces: { big: { l1: { maxEntries: 4 } } } })
    for (const id of ['a', 'b']) for (const n of range(10)) await cache.tenant(id).namespace('big').set(n, n)
    const held = ['a', 'b'].map((id) => range(10).filter((n) => cache.tenant(id).namespace('big').peek(n).hit).length)
    expect(held).toEqual([0, 4])
  })

  it('are told by the statistics, of the namespace and in all', async () => {
    const { cache } = open({ l1: { maxEntries: 10 }, namespaces: { big: { l1: { maxEntries: 4 } } } })
    for (const id of range(5)) await cache.set(`menu:${id}`, id)
    for (const id of range(9)) await cache.set(`big:${id}`, id)
    expect(cache.stats().l1).toMatchObject({ entries: 9, maxEntries: 14, utilization: 1 })
    expect(cache.stats().namespaces['big']).toMatchObject({ evictions: 5 })
    expect(cache.stats().namespaces['menu']).toMatchObject({ evictions: 0 })
  })

  it('end with a clear and an invalidation like any', async () => {
    const instance = open({ namespaces: { big: { l1: { maxEntries: 5 } } } })
    await instance.cache.set('big:1', 1)
    await instance.invalidate({ namespace: 'big' })
    expect(heldOf(instance, 'big', 2)).toBe(0)
    await instance.cache.set('big:1', 1)
    await instance.cache.purge({ match: 'big:*' })
    expect(heldOf(instance, 'big', 2)).toBe(0)
  })

  it.each([
    [{ maxEntries: 0 }, /^namespaces\.big\.l1\.maxEntries is 0; expected a whole number of at least 1/],
    [{ maxEntries: 1e12 }, /^namespaces\.big\.l1\.maxEntries is 1000000000000; expected .* at most 10000000/],
    [{ maxBytes: -5 }, /^namespaces\.big\.l1\.maxBytes is -5; expected/],
    [{ maxBytes: '5mb' }, /^namespaces\.big\.l1\.maxBytes is "5mb"; expected/],
    [5, /^namespaces\.big\.l1 is 5; expected an object/],
    [null, /^namespaces\.big\.l1 is null; expected an object/],
  ])('that are not allowed are refused: %j', (l1, message) => {
    expect(() => open({ namespaces: { big: { l1: l1 as never } } })).toThrow(
      // what types forbid
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringMatching(message) }),
    )
  })
})

describe('entries that have ended', () => {
  it('leave memory with time, though nobody asks for them', async () => {
    const { cache, clock } = open({ maxStaleness: '1h' })
    for (const id of range(500)) await cache.set(`menu:${id}`, id, { ttl: '10s' })
    expect(cache.stats().l1.entries).toBe(500)
    clock.advance(10_000)
    for (const id of range(1000)) await cache.set(`page:${id}`, id, { ttl: '1h' })
    expect(cache.stats().l1.entries).toBe(1000)
    expect(cache.stats().namespaces['menu']).toMatchObject({ evictions: 0 })
  })

  it('stay while they may be served stale', async () => {
    const { cache, clock } = open({ maxStaleness: '1h' })
    for (const id of range(100)) await cache.set(`menu:${id}`, id, { ttl: '10s', stale: '10s' })
    clock.advance(15_000)
    for (const id of range(500)) await cache.set(`page:${id}`, id, { ttl: '1h' })
    expect(cache.stats().l1.entries).toBe(600)
    expect(range(100).every((id) => cache.peek(`menu:${id}`).hit)).toBe(true)
  })

  it('leave the bounds of a namespace as well', async () => {
    const { cache, clock } = open({ maxStaleness: '1h', namespaces: { big: { l1: { maxEntries: 1000 } } } })
    for (const id of range(200)) await cache.set(`big:${id}`, id, { ttl: '10s' })
    clock.advance(10_000)
    for (const id of range(500)) await cache.set(`page:${id}`, id)
    expect(cache.stats().l1.entries).toBe(500)
  })

  it('leave no others: half of them at random', async () => {
    const { cache, clock } = open({ maxStaleness: '1h' })
    const short = new Set(range(1000).filter(() => Math.random() < 0.5))
    for (const id of range(1000)) await cache.set(`menu:${id}`, id, { ttl: short.has(id) ? '10s' : '1h' })
    clock.advance(10_000)
    for (const id of range(3000)) await cache.set(`page:${id}`, id)
    for (const id of range(1000)) expect(cache.peek(`menu:${id}`).hit).toBe(!short.has(id))
  })
})
