import { describe, expect, test } from 'vitest'
import { createRedstart, glob, type PurgeProgress, type Redstart } from '../../src/index.ts'
import { memory } from '../../src/memory/index.ts'
import { counter, heldLoader, open } from './instance.ts'

async function fill({ cache }: Pick<Redstart, 'cache'>, keys: readonly string[]): Promise<void> {
  await Promise.all(keys.map((key) => cache.getOrSet(key, () => `first ${key}`)))
}

async function keysOf(keys: AsyncIterable<string>): Promise<string[]> {
  const all = []
  for await (const key of keys) all.push(key)
  return all.sort()
}

describe('a purge', () => {
  test('removes what matches, here and in the backend, and nothing else', async () => {
    const here = open()
    await fill(here, ['orders:2024-01-1', 'orders:2024-01-2', 'orders:2024-02-1', 'menu:2024-01-1'])
    expect(await here.cache.purge({ match: 'orders:2024-01-*' })).toEqual({
      scanned: 2,
      removed: 2,
      widened: undefined,
      reached: 'all',
    })
    expect(await keysOf(here.cache.keys())).toEqual(['menu:2024-01-1', 'orders:2024-02-1'])
    expect(await here.cache.get('orders:2024-01-1')).toBeUndefined()
    expect(await here.cache.get('orders:2024-02-1')).toBe('first orders:2024-02-1')
    expect(here.of('cache.purge')).toEqual([
      { type: 'cache.purge', match: 'orders:2024-01-*', scanned: 2, removed: 2, widened: undefined },
    ])
    await here.close()
  })

  test('reaches what another instance has in memory', async () => {
    const backend = memory()
    const [one, two] = [open({ backend }), open({ backend })]
    const load = counter()
    await one.cache.getOrSet('orders:a-1', load)
    expect(await two.cache.getOrSet('orders:a-1', load)).toBe(1)
    await one.cache.purge({ match: 'orders:a-?' })
    expect(await two.cache.getOrSet('orders:a-1', load)).toBe(2)
    await Promise.all([one.close(), two.close()])
  })

  test.each(['orders:*', 'orders:1*', 'orders:1'])(
    'by %j hides what was being loaded when it was called, on this instance',
    async (match) => {
      const here = open()
      const loader = heldLoader<string>()
      const before = here.cache.getOrSet('orders:1', loader.load)
      await here.clock.advanceAsync(1)
      expect(loader.calls).toHaveLength(1)
      await here.cache.purge({ match })
      loader.calls[0]?.pass('old')
      await before
      expect(await here.cache.getOrSet('orders:1', () => 'new')).toBe('new')
      await here.close()
    },
  )

  test('of a prefix hides what another instance was loading, and by a pattern where it is stored', async () => {
    for (const [match, stored] of [
      ['orders:*', false],
      ['orders:?', true],
    ] as const) {
      const backend = memory()
      const [one, two] = [open({ backend }), open({ backend })]
      if (stored) await fill(one, ['orders:1'])
      const loader = heldLoader<string>()
      if (stored) await two.invalidate({ keys: ['orders:1'] }, { strategy: 'lazy' })
      const before = two.cache.getOrSet('orders:1', loader.load)
      await two.clock.advanceAsync(1)
      expect(loader.calls).toHaveLength(1)
      await one.cache.purge({ match })
      loader.calls[0]?.pass('old')
      await before
      expect([match, await one.cache.getOrSet('orders:1', () => 'new')]).toEqual([match, 'new'])
      expect([match, await two.cache.getOrSet('orders:1', () => 'newer')]).toEqual([match, 'new'])
      await Promise.all([one.close(), two.close()])
    }
  })

  test('of what only this memory has removes it there', async () => {
    const backend = memory()
    const here = open({ backend })
    await fill(here, ['orders:a1'])
    const store = backend.cache({ app: 'redstart', clock: here.clock })
    await store.remove(['orders:a1'], 100)
    expect(here.cache.peek('orders:a1').hit).toBe(true)
    expect(await here.cache.purge({ match: '*:a?' })).toMatchObject({ scanned: 1, removed: 0 })
    expect(here.cache.peek('orders:a1').hit).toBe(false)
    await here.close()
  })

  test('of one key asks for that one alone', async () => {
    const here = open()
    await fill(here, ['orders:1', 'orders:1:x', 'orders:[1]'])
    expect(await here.cache.purge({ match: glob.escape('orders:[1]') })).toMatchObject({ scanned: 1, removed: 1 })
    expect(await here.cache.purge({ match: 'orders' })).toMatchObject({ scanned: 0, removed: 0 })
    expect(await keysOf(here.cache.keys())).toEqual(['orders:1', 'orders:1:x'])
    await here.close()
  })

  test('of a namespace compares with its keys', async () => {
    const here = open()
    await fill(here, ['orders:2024-1', 'orders:x:2024-2', 'menu:2024-1'])
    expect(await here.cache.namespace('orders').purge({ match: '2024-*' })).toMatchObject({ removed: 1 })
    expect(await here.cache.purge({ match: '*2024*', namespace: 'orders' })).toMatchObject({ removed: 1 })
    expect(await keysOf(here.cache.keys())).toEqual(['menu:2024-1'])
    await here.close()
  })

  test('tells how far it is after each batch, and ends by its signal between two', async () => {
    const here = open()
    const keys = Array.from({ length: 25 }, (_, n) => `orders:a${n}`)
    await fill(here, keys)
    const controller = new AbortController()
    const seen: PurgeProgress[] = []
    const reason = new Error('enough')
    const purge = here.cache.purge(
      { match: '*:a*' },
      {
        batch: 10,
        signal: controller.signal,
        onProgress: (progress) => {
          seen.push(progress)
          if (seen.length === 2) controller.abort(reason)
        },
      },
    )
    await expect(purge).rejects.toBe(reason)
    expect(seen).toEqual([10, 20].map((n) => ({ scanned: n, removed: n, widened: undefined })))
    expect(await keysOf(here.cache.keys())).toHaveLength(5)
    expect(await here.cache.purge({ match: '*:a*' })).toMatchObject({ scanned: 5, removed: 5 })
    await expect(here.cache.purge({ match: 'a:*' }, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    await here.close()
  })

  test('of more than can be named invalidates all under the prefix, and says so', async () => {
    const here = createRedstart({ l1: { maxEntries: 100 }, deadline: '30s' })
    await setEach(here, 20_001, (n) => `orders:${n}-old`)
    await here.cache.set('orders:new', 1)
    await here.cache.set('menu:1', 1)
    const purged = await here.cache.purge({ match: 'orders:*-old' }, { batch: 5000 })
    expect(purged).toMatchObject({ removed: 20_001, widened: 'orders:', reached: 'all' })
    expect(await keysOf(here.cache.keys())).toEqual(['menu:1', 'orders:new'])
    expect(await here.cache.get('orders:new')).toBeUndefined()
    expect(await here.cache.get('menu:1')).toBe(1)
    await here.close()
  }, 20_000)

  test('of as many under a prefix costs one marker', async () => {
    const here = createRedstart({ l1: { maxEntries: 100 }, deadline: '30s' })
    const raised: number[] = []
    await setEach(here, 20_001, (n) => `orders:${n}`)
    here.onInvalidate((notice) => void (notice.type === 'invalidated' && raised.push(notice.prefixes.length)))
    expect(await here.cache.purge({ match: 'orders:*' })).toMatchObject({ removed: 20_001, widened: undefined })
    expect(raised).toEqual([1])
    await here.close()
  }, 20_000)

  test.each([
    [{ match: '*' }, /clear\(\) is one step/],
    [{ match: '***', namespace: 'orders' }, /clear\(\) is one step/],
    [{ match: '?*' }, /clear\(\) is one step/],
    [{ match: '*?' }, /clear\(\) is one step/],
    [{ match: '[^]*', namespace: 'orders' }, /clear\(\) is one step/],
    [{ match: '' }, /expected a pattern/],
    [{}, /expected a pattern/],
    [{ match: 'a:[' }, /expected a '\]'/],
    [{ match: 'a:*', namespace: 'no good' }, /namespace is "no good"/],
    [undefined, /the first argument of purge/],
  ])('of %j is refused', async (request, message) => {
    const here = open()
    // JavaScript passes anything.
    const purge = here.cache.purge(request as { match: string })
    await expect(purge).rejects.toThrow(message)
    await expect(purge).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    await here.close()
  })

  test.each([{ batch: 0 }, { batch: 5001 }, { batch: 1.5 }, { signal: {} }, { onProgress: 7 }, null])(
    'with the options %j is refused',
    async (options) => {
      const here = open()
      await expect(here.cache.purge({ match: 'a:*' }, options as object)).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
      })
      await here.close()
    },
  )

  test('of everything takes two words for it', async () => {
    const here = open()
    await fill(here, ['orders:1', 'menu:1'])
    expect(await here.cache.purge({ match: '*', all: true })).toMatchObject({ removed: 2 })
    expect(await here.cache.get('menu:1')).toBeUndefined()
    await fill(here, ['orders:1', 'menu:1'])
    expect(await here.cache.purge({ match: '?*', all: true })).toMatchObject({ removed: 2 })
    await here.close()
  })

  test('after closing is refused, and one that runs ends', async () => {
    const here = open()
    await fill(here, ['orders:a1', 'orders:a2'])
    const closing: Promise<void>[] = []
    const running = here.cache.purge({ match: '*:a*' }, { batch: 1, onProgress: () => void closing.push(here.close()) })
    await expect(running).rejects.toMatchObject({ code: 'CLOSED' })
    await Promise.all(closing)
    await expect(here.cache.purge({ match: 'a:*' })).rejects.toMatchObject({ code: 'CLOSED' })
  })
})

describe('keys', () => {
  test('are what is stored, whole or without their namespace', async () => {
    const here = open()
    await fill(here, ['orders:1', 'orders:a:b', 'menu:1', 'plain'])
    await here.cache.set(['orders', 'x:y'], 1)
    expect(await keysOf(here.cache.keys())).toEqual([
      'default:plain',
      'menu:1',
      'orders:1',
      'orders:a:b',
      'orders:x%3Ay',
    ])
    expect(await keysOf(here.cache.keys({ match: '*:1' }))).toEqual(['menu:1', 'orders:1'])
    expect(await keysOf(here.cache.namespace('orders').keys())).toEqual(['1', 'a:b', 'x%3Ay'])
    expect(await keysOf(here.cache.namespace('orders').keys({ match: 'a*' }))).toEqual(['a:b'])
    await here.close()
  })

  test('are not decided: what was invalidated lazily, or by a tag, is still stored', async () => {
    const here = open()
    await here.cache.getOrSet('orders:1', () => 1, { tags: ['t'] })
    await here.invalidate({ tags: ['t'] })
    expect(await keysOf(here.cache.keys())).toEqual(['orders:1'])
    await here.close()
  })

  test('end by their signal, and when nobody takes more', async () => {
    const here = open()
    await fill(here, ['orders:1', 'orders:2', 'orders:3'])
    const controller = new AbortController()
    const taken: string[] = []
    const take = async (): Promise<void> => {
      for await (const key of here.cache.keys({ signal: controller.signal })) {
        taken.push(key)
        controller.abort(new Error('enough'))
      }
    }
    await expect(take()).rejects.toThrow('enough')
    expect(taken).toHaveLength(1)
    for await (const key of here.cache.keys()) {
      taken.push(key)
      break
    }
    expect(taken).toHaveLength(2)
    await here.close()
    expect(() => here.cache.keys()).toThrow(expect.objectContaining({ code: 'CLOSED' }))
  })

  test.each([{ match: '' }, { match: 'a[' }, { signal: 1 }, null])(
    'with the options %j are refused at once',
    (options) => {
      const { cache } = open()
      expect(() => cache.keys(options as object)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    },
  )
})

/** As many as one call takes at a time. */
async function setEach({ cache }: Redstart, size: number, keyOf: (n: number) => string): Promise<void> {
  const entries = Array.from({ length: size }, (_, n) => [keyOf(n), n] as const)
  for (let from = 0; from < size; from += 10_000) await cache.setMany(entries.slice(from, from + 10_000))
}
