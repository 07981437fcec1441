import { describe, expect, it, vi } from 'vitest'
import type { BatchContext } from '../../src/index.ts'
import { memory } from '../../src/memory/index.ts'
import { counter, gate, open } from '../cache/instance.ts'

const byId = { key: (id: number) => id }
const single = (id: number): string => `single ${id}`

/** A batch loader that remembers what it was asked for. */
function batches(value: (id: number) => unknown = (id) => `batch ${id}`) {
  const calls: { readonly items: readonly number[]; readonly context: BatchContext }[] = []
  const loadMany = async (items: readonly number[], context: BatchContext): Promise<unknown[]> => {
    calls.push({ items, context })
    return items.map(value)
  }
  return { calls, loadMany }
}

const range = (size: number, from = 0): number[] => Array.from({ length: size }, (_, n) => from + n)

describe('many', () => {
  it('without a batch loader loads each that is nowhere, once', async () => {
    const { cache } = open()
    const asked: number[] = []
    const dish = cache.define('menu', byId, (id) => (asked.push(id), single(id)))
    await dish(2)
    expect([...(await dish.many([3, 2, 1, 3]))]).toEqual([
      [3, 'single 3'],
      [2, 'single 2'],
      [1, 'single 1'],
    ])
    expect(asked).toEqual([2, 3, 1])
    expect(await dish(3)).toBe('single 3')
    expect(asked).toHaveLength(3)
  })

  it('loads what is nowhere in one call, and takes the rest from where it is', async () => {
    const backend = memory()
    const { calls, loadMany } = batches()
    const one = open({ backend })
    const two = open({ backend, clock: one.clock })
    const [here, there] = [one, two].map(({ cache }) => cache.define('menu', { ...byId, loadMany }, single))
    if (here === undefined || there === undefined) return expect.fail('two definitions')
    await there(5)
    await here(2)
    expect([...(await here.many([1, 2, 3, 4, 5]))].map(([, value]) => value)).toEqual([
      'batch 1',
      'single 2',
      'batch 3',
      'batch 4',
      'single 5',
    ])
    expect(calls.map(({ items }) => items)).toEqual([[1, 3, 4]])
    expect([...(await there.many([1, 3, 4])).values()]).toEqual(['batch 1', 'batch 3', 'batch 4'])
    expect(calls).toHaveLength(1)
  })

  it('of nothing loads nothing', async () => {
    const { cache } = open()
    const { calls, loadMany } = batches()
    expect(await cache.define('menu', { ...byId, loadMany }, single).many([])).toEqual(new Map())
    expect(calls).toEqual([])
  })

  it.each([64, 65, 200, 1000])('of %i still makes one call', async (size) => {
    const { cache } = open()
    const { calls, loadMany } = batches()
    const dish = cache.define('menu', { ...byId, loadMany }, single)
    expect([...(await dish.many(range(size))).keys()]).toEqual(range(size))
    expect(calls.map(({ items }) => items.length)).toEqual([size])
  })

  it('makes calls no larger than batchSize', async () => {
    const { cache } = open()
    const { calls, loadMany } = batches()
    const dish = cache.define('menu', { ...byId, loadMany, batchSize: 4 }, single)
    const found = await dish.many(range(10))
    expect(calls.map(({ items }) => items)).toEqual([range(4), range(4, 4), [8, 9]])
    expect([...found.values()]).toEqual(range(10).map((id) => `batch ${id}`))
  })

  it('a single call uses the single loader, and both share what is in flight', async () => {
    const { cache } = open()
    const [held, alone] = [gate<string>(), counter()]
    const { calls, loadMany } = batches()
    const dish = cache.define('menu', { ...byId, loadMany }, (id) => (alone(), id === 1 ? held.promise : single(id)))
    const first = dish(1)
    await new Promise(setImmediate)
    const many = dish.many([1, 2])
    await vi.waitFor(() => expect(calls).toHaveLength(1), 20_000)
    const again = dish(1)
    expect(calls.map(({ items }) => items)).toEqual([[2]])
    held.pass('single 1')
    expect(await Promise.all([first, again])).toEqual(['single 1', 'single 1'])
    expect([...(await many).values()]).toEqual(['single 1', 'batch 2'])
    expect(alone.calls).toBe(1)
  })

  it('calls at the same time share loads, whichever way they come', async () => {
    const { cache } = open()
    const { calls, loadMany } = batches()
    const dish = cache.define('menu', { ...byId, loadMany }, single)
    const [one, two, three] = await Promise.all([dish.many([1, 2]), dish.many([2, 3]), dish(3)])
    expect(calls.map(({ items }) => items)).toEqual([[1, 2, 3]])
    expect([one.get(2), two.get(2), two.get(3), three]).toEqual(['batch 2', 'batch 2', 'batch 3', 'batch 3'])
  })

  it('takes a map by item, and undefined for one that is left out, which is kept as a value', async () => {
    const { cache } = open()
    const load = counter()
    const dish = cache.define(
      'menu',
      {
        ...byId,
        loadMany: (items: readonly number[]) => (load(), new Map(items.filter((id) => id > 1).map((id) => [id, id]))),
      },
      (id): number | undefined => id,
    )
    expect([...(await dish.many([1, 2, 3]))]).toEqual([
      [1, undefined],
      [2, 2],
      [3, 3],
    ])
    expect(await dish(1)).toBeUndefined()
    expect(dish.peek(1)).toEqual({ hit: true, value: undefined, stale: false })
    expect(load.calls).toBe(1)
  })

  it('tells objects apart by identity, and loads for one key once', async () => {
    const { cache } = open()
    const items: { readonly id: number }[] = []
    const dish = cache.define(
      'menu',
      {
        key: ({ id }: { readonly id: number }) => id,
        loadMany: (asked: readonly { readonly id: number }[]) => (
          items.push(...asked),
          new Map(asked.map((each) => [each, each.id]))
        ),
      },
      ({ id }) => id,
    )
    const [one, twin, two] = [{ id: 1 }, { id: 1 }, { id: 2 }]
    expect([...(await dish.many([one, twin, two, one]))]).toEqual([
      [one, 1],
      [twin, 1],
      [two, 2],
    ])
    expect(items).toEqual([one, two])
  })

  it.each([
    ['too few', () => [1]],
    ['too many', () => [1, 2, 3]],
    ['nothing', () => undefined],
    ['an object', () => ({ 1: 1, 2: 2 })],
    ['a set', () => new Set([1, 2])],
    ['a text of that length', () => 'ab'],
  ])('rejects with INVALID_RESULT where the batch loader returns %s, and stores nothing', async (_, loadMany) => {
    const { cache } = open()
    const dish = cache.define('menu', { ...byId, loadMany: loadMany as never }, single) // what types forbid
    await expect(dish.many([1, 2])).rejects.toMatchObject({
      code: 'INVALID_RESULT',
      message: expect.stringMatching(/for 2 items; it must return an array of as many values/),
    })
    expect([dish.peek(1), dish.peek(2)]).toEqual([{ hit: false }, { hit: false }])
    expect(await dish(1)).toBe('single 1')
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('no kitchen')
      },
    ],
    ['rejects', () => Promise.reject(new Error('no kitchen'))],
  ])("rejects with the batch loader's error when it %s, keeps what was there, and tries again", async (_, fail) => {
    const { cache } = open()
    let failing = true
    const dish = cache.define(
      'menu',
      { ...byId, loadMany: (items: readonly number[]) => (failing ? fail() : items.map(String)) },
      single,
    )
    await dish(1)
    await expect(dish.many([1, 2])).rejects.toThrow('no kitchen')
    expect(dish.peek(1)).toMatchObject({ value: 'single 1' })
    failing = false
    expect([...(await dish.many([1, 2])).values()]).toEqual(['single 1', '2'])
  })

  it('of which one load fails stores what the others loaded', async () => {
    const { cache } = open()
    const dish = cache.define('menu', byId, async (id) => {
      if (id === 2) throw new Error('sold out')
      return id
    })
    await expect(dish.many([1, 2, 3])).rejects.toThrow('sold out')
    await new Promise(setImmediate)
    expect([dish.peek(1), dish.peek(2).hit, dish.peek(3)]).toMatchObject([{ value: 1 }, false, { value: 3 }])
  })

  it('of which one batch fails stores what the others loaded', async () => {
    const { cache } = open()
    const dish = cache.define(
      'menu',
      {
        ...byId,
        batchSize: 2,
        loadMany: async (items: readonly number[]) => {
          if (items.includes(3)) throw new Error('sold out')
          return items.map(String)
        },
      },
      single,
    )
    await expect(dish.many([1, 2, 3, 4, 5])).rejects.toThrow('sold out')
    await new Promise(setImmediate)
    expect(range(5, 1).map((id) => dish.peek(id).hit)).toEqual([true, true, false, false, true])
  })

  it('hands on what cannot be stored', async () => {
    const { cache, of } = open()
    const say = (): string => 'hello'
    const dish = cache.define(
      'menu',
      { ...byId, loadMany: (items: readonly number[]) => items.map(() => say) },
      () => say,
    )
    expect((await dish.many([1, 2])).get(2)?.()).toBe('hello')
    expect(dish.peek(1)).toEqual({ hit: false })
    expect(of('cache.write').map(({ outcome }) => outcome)).toEqual(['unsupported', 'unsupported'])
  })

  it('an invalidation in the middle of a batch hides what it hits, and nothing else', async () => {
    const { cache } = open()
    const held = gate<string[]>()
    let loads = 0
    const dish = cache.define(
      'menu',
      { ...byId, loadMany: () => (loads++ === 0 ? held.promise : Promise.resolve(['new'])) },
      single,
    )
    const old = dish.many([1, 2, 3])
    await new Promise(setImmediate)
    await new Promise(setImmediate)
    expect(loads).toBe(1)
    await dish.invalidate(2)
    const joined = dish.many([1, 2])
    held.pass(['old', 'old', 'old'])
    expect([...(await old).values()]).toEqual(['old', 'old', 'old'])
    expect([...(await joined).values()]).toEqual(['old', 'new'])
    expect(range(3, 1).map((id) => dish.peek(id))).toMatchObject([{ value: 'old' }, { value: 'new' }, { value: 'old' }])
  })

  it('what the batch loader reads through the cache becomes part of every entry of the batch', async () => {
    const { cache, invalidate } = open()
    const load = counter()
    const prices = cache.define('prices', { key: () => 'all', tags: ['prices'] }, load)
    const dish = cache.define(
      'menu',
      {
        ...byId,
        loadMany: async (items: readonly number[]) => {
          const price = await prices()
          return items.map((id) => `${id} for ${price}`)
        },
      },
      single,
    )
    expect([...(await dish.many([1, 2])).values()]).toEqual(['1 for 1', '2 for 1'])
    for (const target of [{ tags: ['prices'] }, { keys: ['prices:all'] }, { namespace: 'prices' }]) {
      await invalidate(target)
      expect([dish.peek(1), dish.peek(2)]).toEqual([{ hit: false }, { hit: false }])
      await dish.many([1, 2])
      expect([dish.peek(1).hit, dish.peek(2).hit]).toEqual([true, true])
    }
    expect(load.calls).toBe(4)
  })

  it('what is invalidated while the batch loader uses it hides every entry of the batch', async () => {
    const { cache, invalidate } = open()
    const go = gate()
    const dish = cache.define(
      'menu',
      {
        ...byId,
        loadMany: async (items: readonly number[]) => {
          const price = await cache.getOrSet('prices:all', () => 1)
          await go.promise
          return items.map(() => price)
        },
      },
      () => 0,
    )
    const old = dish.many([1, 2])
    await new Promise(setImmediate)
    await invalidate({ keys: ['prices:all'] })
    go.pass()
    await old
    expect([dish.peek(1), dish.peek(2)]).toEqual([{ hit: false }, { hit: false }])
  })

  it('inside a loader hands all of its entries on', async () => {
    const { cache } = open()
    const { loadMany } = batches()
    const load = counter()
    const dish = cache.define('menu', { ...byId, loadMany }, single)
    const page = (): Promise<number> => cache.getOrSet('page:1', async () => (await dish.many([1, 2]), load()))
    expect(await page()).toBe(1)
    await dish.invalidate(2)
    expect(await page()).toBe(2)
  })

  it.each([
    ['an item of the batch', 2],
    ['another one that waits for the batch', 3],
  ])('a batch loader that waits for %s rejects with LOAD_CYCLE', async (_, id) => {
    const { cache, clock } = open()
    const dish = cache.define(
      'menu',
      {
        ...byId,
        loadMany: async (items: readonly number[]): Promise<number[]> => {
          await one(id)
          return [...items]
        },
      },
      (item) => item,
    )
    const one = (item: number): Promise<number> => (item === 3 ? cache.getOrSet('other:3', () => dish(1)) : dish(item))
    await expect(dish.many([1, 2])).rejects.toMatchObject({ code: 'LOAD_CYCLE' })
    expect(clock.now()).toBe(1000)
  })

  it('serves what is stale at once, and refreshes all of it in one call in the background', async () => {
    const { cache, clock } = open({ maxStaleness: '1h' })
    const { calls, loadMany } = batches()
    const dish = cache.define('menu', { ...byId, loadMany, ttl: '10s', stale: '1h' }, single)
    for (const id of [1, 2, 3]) await dish(id)
    clock.advance(11_000)
    expect([...(await dish.many([1, 2, 3])).values()]).toEqual(['single 1', 'single 2', 'single 3'])
    await clock.advanceAsync(0)
    await clock.advanceAsync(0)
    expect(calls.map(({ items }) => items)).toEqual([[1, 2, 3]])
    expect(calls[0]?.context.background).toBe(true)
    expect([...(await dish.many([1, 2, 3])).values()]).toEqual(['batch 1', 'batch 2', 'batch 3'])
  })

  it('tells the batch loader that somebody waits, and when nobody does any more', async () => {
    const { cache, clock } = open()
    const held = gate<string[]>()
    let context: BatchContext | undefined
    const dish = cache.define(
      'menu',
      {
        ...byId,
        loadTimeout: '1s',
        loadMany: (_: readonly number[], given: BatchContext) => ((context = given), held.promise),
      },
      single,
    )
    const many = dish.many([1, 2])
    const failed = expect(many).rejects.toMatchObject({ code: 'LOAD_TIMEOUT' })
    await clock.advanceAsync(500)
    expect([context?.background, context?.signal.aborted]).toEqual([false, false])
    await clock.advanceAsync(500)
    await failed
    expect(context?.signal.aborted).toBe(true)
    held.pass(['late', 'late'])
    await clock.advanceAsync(0)
    expect(dish.peek(1)).toEqual({ hit: false })
  })

  it('rejects where the key of one cannot be made, and loads the others', async () => {
    const { cache } = open()
    const { calls, loadMany } = batches()
    const dish = cache.define('menu', { key: (id: number) => (id === 2 ? '' : id), loadMany }, single)
    await expect(dish.many([1, 2])).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    const broken = cache.define(
      'broken',
      {
        key: (id: number): number => {
          throw new Error(`no ${id}`)
        },
      },
      single,
    )
    await expect(broken.many([1])).rejects.toThrow('no 1')
    await expect(dish.many(null as never)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' }) // what types forbid
    await expect(dish.many('ab' as never)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' }) // as above
    await vi.waitFor(() => expect(calls.map(({ items }) => items)).toEqual([[1]]), 20_000)
  })

  it('leaves no failure alone that nobody waits for', async () => {
    const { cache } = open()
    const key = (id: number): number => (id === 2 ? expect.fail('no key') : id)
    const dish = cache.define('menu', { key }, () => Promise.reject(new Error('no kitchen')))
    const escaped: unknown[] = []
    const escape = (error: unknown): void => void escaped.push(error)
    process.on('unhandledRejection', escape)
    await expect(dish.many([1, 2])).rejects.toThrow(/no key|no kitchen/)
    for (let n = 0; n < 5; n++) await new Promise(setImmediate)
    process.off('unhandledRejection', escape)
    expect(escaped).toEqual([])
  })

  it.each([0, -1, 1.5, Number.NaN, '5'])('refuses a batchSize of %j', (batchSize) => {
    const { cache } = open()
    expect(() => cache.define('menu', { ...byId, batchSize: batchSize as never }, single)).toThrow(/^batchSize is/) // what types forbid
    expect(() => cache.define('menu', { ...byId, loadMany: 5 as never }, single)).toThrow(/^the batch loader is 5/) // as above
    expect(() => cache.define('menu', byId, single)).not.toThrow()
  })
})
