import { describe, expect, test } from 'vitest'
import type { InvalidationTarget } from '../../src/index.ts'
import { memory } from '../../src/memory/index.ts'
import { counter, open } from './instance.ts'

/** Each names `orders:42:lines`, which has the tag `t`, and not `menu:1`. */
const targets: readonly (readonly [what: string, target: InvalidationTarget])[] = [
  ['a tag', { tags: ['t'] }],
  ['a key', { keys: ['orders:42:lines'] }],
  ['a key in parts', { keys: [['orders:42:lines']].flat() }],
  ['a namespace', { namespace: 'orders' }],
  ['namespaces', { namespaces: ['staff', 'orders'] }],
  ['a prefix', { prefix: 'orders:42:' }],
  ['a prefix in parts', { prefix: ['orders', 42] }],
  ['prefixes', { prefixes: ['staff:', ['orders', 42]] }],
  ['several of them', { tags: ['x'], keys: ['staff:1'], namespaces: ['x'], prefixes: ['orders:42:'] }],
]

describe('an invalidation by', () => {
  test.each(targets)('%s, immediate, makes a miss of what it names, on every instance', async (_, target) => {
    const backend = memory()
    const [one, two] = [open({ backend }), open({ backend })]
    const [named, other] = [counter(), counter()]
    const read = async ({ cache }: typeof one): Promise<unknown> => [
      await cache.getOrSet('orders:42:lines', named, { tags: ['t'], stale: '1h' }),
      await cache.getOrSet('menu:1', other, { tags: ['u'] }),
    ]
    expect([await read(one), await read(two)]).toEqual([
      [1, 1],
      [1, 1],
    ])
    expect(await one.invalidate(target)).toEqual({ reached: 'all' })
    expect([await read(one), await read(two)]).toEqual([
      [2, 1],
      [2, 1],
    ])
    await Promise.all([one.close(), two.close()])
  })

  test.each(targets)('%s, lazy, lets what it names be served once more while it is refreshed', async (_, target) => {
    const backend = memory()
    const [one, two] = [open({ backend }), open({ backend })]
    const [named, other] = [counter(), counter()]
    const read = async ({ cache }: typeof one): Promise<unknown> => [
      await cache.getOrSet('orders:42:lines', named, { tags: ['t'] }),
      await cache.getOrSet('menu:1', other, { tags: ['u'] }),
    ]
    await read(one)
    await read(two)
    expect(await one.invalidate(target, { strategy: 'lazy' })).toEqual({ reached: 'all' })
    expect(await read(two)).toEqual([1, 1])
    await expect.poll(() => named.calls).toBe(2)
    await expect.poll(() => read(one)).toEqual([2, 1])
    expect(other.calls).toBe(1)
    await Promise.all([one.close(), two.close()])
  })

  test.each([
    [{ namespaces: 'orders' }, /namespaces is "orders"; expected an array/],
    [{ prefixes: 'orders:' }, /prefixes is "orders:"; expected an array/],
    [{ namespaces: ['no good'] }, /namespace is "no good"/],
    [{ prefixes: ['orders'] }, /prefix is "orders"/],
    [{ prefixes: [], namespaces: [] }, /at least one tag, key, namespace or prefix/],
    [{ match: 'orders:*' }, /cache\.purge\(\{ match \}\)/],
    [{ match: 'orders:*', tags: ['t'] }, /cache\.purge\(\{ match \}\)/],
  ])('%j is refused', async (target, message) => {
    const here = open()
    // JavaScript passes anything.
    const refused = here.invalidate(target as InvalidationTarget)
    await expect(refused).rejects.toThrow(message)
    await expect(refused).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect(here.of('cache.invalidate')).toEqual([])
    await here.close()
  })
})
