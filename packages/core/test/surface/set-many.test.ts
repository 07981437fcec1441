import { describe, expect, it } from 'vitest'
import { memory } from '../../src/memory/index.ts'
import { gate, open } from '../cache/instance.ts'

/** An instance whose changes in the store are told. */
function counted() {
  const backend = memory()
  const changes: string[] = []
  const instance = open({
    backend: {
      ...backend,
      cache(context) {
        const store = backend.cache(context)
        const { write, invalidate } = { write: store.write.bind(store), invalidate: store.invalidate.bind(store) }
        return Object.assign(store, {
          write: (...args: Parameters<typeof write>) => (changes.push(`write ${args[0].key}`), write(...args)),
          invalidate: (...args: Parameters<typeof invalidate>) => (
            changes.push(`invalidate ${args[0].names.length}`),
            invalidate(...args)
          ),
        })
      },
    },
  })
  return { ...instance, changes }
}

describe('setMany', () => {
  it('makes one invalidation, then a write for each', async () => {
    const { cache, changes } = counted()
    expect(
      await cache.setMany([
        ['menu:1', 'one'],
        ['menu:2', 'two'],
      ]),
    ).toEqual({ reached: 'all' })
    expect(changes).toEqual(['invalidate 2', 'write menu:1', 'write menu:2'])
    expect([...(await cache.getMany(['menu:1', 'menu:2'])).values()]).toEqual(['one', 'two'])
  })

  it('takes any iterable, and keys of every kind', async () => {
    const { cache } = open()
    await cache.setMany(new Map([['menu:1', 1]]))
    await cache.setMany(
      (function* () {
        yield [['menu', 'a:b'], 2] as const
        yield [3n, 3] as const
      })(),
    )
    expect(await Promise.all([cache.get('menu:1'), cache.get(['menu', 'a:b']), cache.get(3n)])).toEqual([1, 2, 3])
  })

  it('of two values for one key keeps the later one', async () => {
    const { cache, changes } = counted()
    const menu = cache.namespace('menu')
    await menu.setMany([
      [1, 'first'],
      ['2', 'other'],
      ['1', 'second'],
      [1n, 'third'],
    ])
    expect(await menu.get(1)).toBe('third')
    expect(changes).toEqual(['invalidate 2', 'write menu:1', 'write menu:2'])
  })

  it('of nothing does nothing', async () => {
    const { cache, changes } = counted()
    expect(await cache.setMany([])).toEqual({ reached: 'all' })
    expect(changes).toEqual([])
  })

  it.each([
    ['a value that cannot be stored', [['menu:2', () => 1]], 'UNSUPPORTED_VALUE'],
    ['a key that is none', [['', 1]], 'INVALID_ARGUMENT'],
    ['a namespace that is none', [['my menu:1', 1]], 'INVALID_ARGUMENT'],
    ['what is no pair', [['menu:2']], 'INVALID_ARGUMENT'],
    ['three in a pair', [['menu:2', 1, 2]], 'INVALID_ARGUMENT'],
    ['a text as a pair', ['ab'], 'INVALID_ARGUMENT'],
    ['nothing as a pair', [null], 'INVALID_ARGUMENT'],
  ])('with %s among others changes nothing', async (_, bad, code) => {
    const { cache, changes } = counted()
    await cache.set('menu:1', 'before')
    changes.length = 0
    for (const entries of [
      [['menu:1', 'after'], ...bad],
      [...bad, ['menu:1', 'after']],
    ])
      await expect(cache.setMany(entries as never)).rejects.toMatchObject({ code }) // what types forbid
    expect(changes).toEqual([])
    expect(await cache.get('menu:1')).toBe('before')
  })

  it.each([null, undefined, 5, 'ab', { length: 1 }])('refuses %j, which holds no pairs', async (entries) => {
    const { cache } = open()
    await expect(cache.setMany(entries as never)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' }) // as above
  })

  it.each([
    ['options', null, 'INVALID_ARGUMENT'],
    ['a ttl', { ttl: -1 }, 'INVALID_ARGUMENT'],
    ['tags', { tags: 'soups' }, 'INVALID_ARGUMENT'],
    ['too many tags', { tags: Array.from({ length: 65 }, (_, n) => `${n}`) }, 'TOO_MANY_TAGS'],
    ['a size', { maxValueBytes: 10 }, 'VALUE_TOO_LARGE'],
  ])('refuses %s that are not allowed before anything is changed', async (_, options, code) => {
    const { cache, changes } = counted()
    const entries: [string, string][] = [
      ['menu:1', 'x'],
      ['menu:2', 'x'.repeat(100)],
    ]
    await expect(cache.setMany(entries, options as never)).rejects.toMatchObject({ code }) // what types forbid
    expect(changes).toEqual([])
  })

  it('takes 10 000 at once, and refuses more with nothing changed', async () => {
    const { cache, changes } = counted()
    const entries = Array.from({ length: 10_000 }, (_, id) => [`menu:${id}`, id] as const)
    await cache.setMany(entries)
    expect(changes).toHaveLength(10_001)
    expect(changes[0]).toBe('invalidate 10000')
    changes.length = 0
    await expect(cache.setMany([...entries, ['menu:one more', 1]])).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/at most 10000/),
    })
    expect(changes).toEqual([])
  }, 30_000)

  it('tags and keeps all of them alike', async () => {
    const { cache, invalidate } = open()
    const entries: [string, number][] = [
      ['menu:1', 1],
      ['menu:2', 2],
    ]
    await cache.setMany(entries, { tags: ['soups'], ttl: '10s' })
    expect(await cache.ttl('menu:2')).toEqual({ fresh: 10_000, stale: 10_000 })
    await invalidate({ tags: ['soups'] })
    expect((await cache.getMany(['menu:1', 'menu:2'])).size).toBe(0)
  })

  it('outlives loads that began before it', async () => {
    const { cache } = open()
    const held = gate<string>()
    const reading = cache.getOrSet('menu:2', () => held.promise)
    await new Promise(setImmediate)
    await cache.setMany([
      ['menu:1', 'set'],
      ['menu:2', 'set'],
    ])
    held.pass('old')
    await reading
    expect(await cache.get('menu:2')).toBe('set')
  })
})
