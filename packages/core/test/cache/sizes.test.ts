import { describe, expect, it } from 'vitest'
import { memory } from '../../src/memory/index.ts'
import { open } from './instance.ts'
import { openMemory } from './stored-bytes.ts'

/** JSON text of so many bytes. */
const textOf = (bytes: number): string => 'x'.repeat(bytes - 2)

describe('maxValueBytes', () => {
  it('lets a larger value that a loader returned be handed on, with an event, and be stored nowhere', async () => {
    const place = openMemory()
    const { cache, of } = open({ backend: place.backend, app: place.app, namespaces: { menu: { maxValueBytes: 100 } } })
    expect(await cache.getOrSet('menu:1', () => textOf(101))).toBe(textOf(101))
    expect(of('cache.write')).toMatchObject([
      {
        outcome: 'too-large',
        bytes: 0,
        rawBytes: 0,
        error: { code: 'VALUE_TOO_LARGE', message: 'the value takes 101 bytes; at most 100 are stored' },
      },
    ])
    expect(cache.peek('menu:1')).toEqual({ hit: false })
    expect(await place.bytesAt('menu:1')).toBeUndefined()
    await cache.getOrSet('menu:2', () => textOf(100))
    expect(cache.peek('menu:2')).toMatchObject({ hit: true })
  })

  it('refuses a larger value that is set, which changes nothing', async () => {
    const { cache } = open({ namespaces: { menu: { maxValueBytes: 100 } } })
    await cache.set('menu:1', 'old')
    await expect(cache.set('menu:1', textOf(101))).rejects.toMatchObject({ code: 'VALUE_TOO_LARGE' })
    await expect(
      cache.setMany([
        ['menu:1', 'new'],
        ['menu:2', textOf(101)],
      ]),
    ).rejects.toMatchObject({
      code: 'VALUE_TOO_LARGE',
    })
    expect(await cache.get('menu:1')).toBe('old')
    expect(await cache.set('menu:1', textOf(101), { maxValueBytes: 101 })).toEqual({ reached: 'all' })
  })

  it('counts a value before it is compressed', async () => {
    const { cache } = open({ defaults: { maxValueBytes: 5000, compression: {} } })
    await expect(cache.set('menu:1', textOf(5001))).rejects.toMatchObject({ code: 'VALUE_TOO_LARGE' })
    await cache.set('menu:1', textOf(5000))
  })

  it.each([
    ['compressed', { compression: {} }],
    ['as it is', {}],
  ])(
    'makes a miss of a larger one that another instance stored (%s), which is left to the other',
    async (_, manner) => {
      const place = openMemory()
      const one = open({ backend: place.backend, app: place.app })
      await one.cache.set('menu:1', textOf(5000), manner)
      const other = open({
        backend: place.backend,
        app: place.app,
        clock: one.clock,
        defaults: { maxValueBytes: 4999 },
      })
      expect(await other.cache.get('menu:1')).toBeUndefined()
      expect(other.of('cache.miss')).toMatchObject([{ reason: 'unreadable' }])
      expect(other.of('cache.remove')).toEqual([])
      expect(
        await open({
          backend: place.backend,
          app: place.app,
          clock: one.clock,
          defaults: { maxValueBytes: 5000 },
        }).cache.get('menu:1'),
      ).toBe(textOf(5000))
    },
  )

  it('may be raised to 64 MiB', async () => {
    const backend = memory()
    const one = open({ backend, defaults: { maxValueBytes: 64 * 1024 * 1024 } })
    await one.cache.set('menu:1', textOf(9 * 1024 * 1024), { compression: {} })
    const other = open({ backend, clock: one.clock, defaults: { maxValueBytes: 9 * 1024 * 1024 } })
    expect(await other.cache.get('menu:1')).toHaveLength(9 * 1024 * 1024 - 2)
    expect(await open({ backend, clock: one.clock }).cache.get('menu:1')).toBeUndefined()
  })

  it.each([0, -1, 1.5, 64 * 1024 * 1024 + 1, Number.NaN, '1mb'])('must not be %j', (maxValueBytes) => {
    const make = (): unknown => open({ namespaces: { menu: { maxValueBytes: maxValueBytes as number } } })
    expect(make).toThrow(/^maxValueBytes is .*; expected a whole number of 1 to 67108864$/)
  })
})
