import { describe, expect, it } from 'vitest'
import type { InvalidationTarget, LoadContext } from '../../src/index.ts'
import { memory } from '../../src/memory/index.ts'
import { counter, gate, open, type Watched } from './instance.ts'

/** What invalidates a part whose load failed: what would have invalidated its value, as far as it had come. */
const TARGETS: readonly (readonly [what: string, target: InvalidationTarget])[] = [
  ['its key', { keys: ['dish:1'] }],
  ['its prefix', { prefix: 'dish:' }],
  ['its namespace', { namespace: 'dish' }],
  ['a tag of the call', { tags: ['called'] }],
  ['a tag of its loader', { tags: ['said'] }],
  ['a part of its own', { keys: ['salt:1'] }],
  ['a tag of a part of its own', { tags: ['salts'] }],
]

const failing =
  ({ cache }: Watched) =>
  async (context: LoadContext): Promise<string> => {
    context.tags('said')
    await cache.getOrSet('salt:1', () => 'salt', { tags: ['salts'] })
    throw new Error('burnt')
  }

describe('a value that does without a part whose load failed', () => {
  const whole = (here: Watched, dish: (context: LoadContext) => unknown, options = {}): Promise<unknown> =>
    here.cache.getOrSet('menu:1', () =>
      here.cache.getOrSet('dish:1', dish, { tags: ['called'], ...options }).catch(() => 'nothing'),
    )

  it.each(TARGETS)('goes with %s', async (_, target) => {
    const here = open()
    expect(await whole(here, failing(here))).toBe('nothing')
    expect(await whole(here, () => 'soup')).toBe('nothing')
    await here.invalidate(target)
    expect(await whole(here, () => 'soup')).toBe('soup')
  })

  it.each(TARGETS)('goes with %s where the failure was remembered', async (_, target) => {
    const here = open()
    const options = { errorTtl: '1h' } as const
    await expect(here.cache.getOrSet('dish:1', failing(here), { tags: ['called'], ...options })).rejects.toThrow(
      'burnt',
    )
    expect(await whole(here, () => 'soup', options)).toBe('nothing')
    await here.invalidate(target)
    expect(await whole(here, () => 'soup', options)).toBe('soup')
  })

  it.each(TARGETS)('is gone at once where %s went while the part was loaded', async (_, target) => {
    const here = open()
    const end = gate()
    const part = here.cache.getOrSet(
      'dish:1',
      async (context) => {
        const value = failing(here)(context).catch((error: unknown) => error)
        await end.promise
        throw await value
      },
      { tags: ['called'] },
    )
    part.catch(() => undefined)
    await here.clock.advanceAsync(1)
    await here.invalidate(target)
    const reading = whole(here, () => 'soup')
    await here.clock.advanceAsync(1)
    end.pass()
    await reading
    expect(await whole(here, () => 'soup')).toBe('soup')
  })

  it.each([
    ['its own time', { loadTimeout: '1s' }],
    ['the time of the call', { signal: true }],
    ['the time that its reader gives it', {}],
  ] as const)('goes with a part that took longer than %s', async (_, how) => {
    const here = open()
    const never = gate<string>()
    const read = (load: () => unknown): Promise<unknown> =>
      here.cache.getOrSet('menu:1', async () => {
        const leaving = new AbortController()
        const part = here.cache.getOrSet('dish:1', load, {
          ...('loadTimeout' in how && how),
          ...('signal' in how && { signal: leaving.signal }),
        })
        const late = new Promise((resolve) => here.clock.schedule(2000, () => resolve('nothing')))
        void late.then(() => leaving.abort())
        return Promise.race([part.catch(() => 'nothing'), late])
      })
    const reading = read(() => never.promise)
    await here.clock.advanceAsync(2000)
    expect(await reading).toBe('nothing')
    never.pass('too late')
    await here.clock.advanceAsync(0)
    await here.invalidate({ keys: ['dish:1'] })
    expect(await read(() => 'soup')).toBe('soup')
  })

  it('goes in each of the values that one call loads', async () => {
    const here = open()
    const loads = counter()
    const dish = here.cache.define('dish', { key: (id: number) => id }, () => {
      if (loads() === 1) throw new Error('burnt')
      return 'soup'
    })
    const menu = here.cache.define(
      'menu',
      {
        key: (id: number) => id,
        loadMany: async (ids: readonly number[]) => {
          const first = await dish(1).catch(() => 'nothing')
          return ids.map(() => first)
        },
      },
      () => 'one alone',
    )
    expect([...(await menu.many([1, 2])).values()]).toEqual(['nothing', 'nothing'])
    await dish.invalidate(1)
    expect([...(await menu.many([1, 2])).values()]).toEqual(['soup', 'soup'])
  })

  it('goes on every instance', async () => {
    const backend = memory()
    const here = open({ backend })
    const there = open({ backend, clock: here.clock })
    expect(await whole(here, failing(here))).toBe('nothing')
    expect(await there.cache.get('menu:1')).toBe('nothing')
    await here.invalidate({ keys: ['dish:1'] })
    expect(await there.cache.get('menu:1')).toBeUndefined()
  })
})
