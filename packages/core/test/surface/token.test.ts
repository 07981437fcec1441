import { describe, expect, it } from 'vitest'
import { memory } from '../../src/memory/index.ts'
import { open } from '../cache/instance.ts'

const INVALID = {
  code: 'INVALID_ARGUMENT',
  message: expect.stringMatching(/^at is .*; expected a token of this instance/),
}

describe('set with a token', () => {
  it('stores, and invalidates nothing', async () => {
    const { cache, of } = open()
    const at = await cache.token()
    expect(await cache.set('menu:1', 'value', { at })).toEqual({ reached: 'all' })
    expect(await cache.get('menu:1')).toBe('value')
    expect(of('cache.invalidate')).toEqual([])
  })

  it.each([
    ['its key', { keys: ['menu:1'] }],
    ['a tag of it', { tags: ['soups'] }],
    ['its prefix', { prefix: 'menu:' }],
    ['its namespace', { namespace: 'menu' }],
  ])('is hidden by an invalidation of %s in between, on every instance', async (_, target) => {
    const backend = memory()
    const one = open({ backend })
    const two = open({ backend, clock: one.clock })
    for (const by of [one, two]) {
      const at = await one.cache.token()
      await by.invalidate(target)
      await one.cache.set('menu:1', 'old', { at, tags: ['soups'] })
      expect(one.cache.peek('menu:1').hit && by === one).toBe(false)
      await new Promise(setImmediate)
      expect(await one.cache.get('menu:1')).toBeUndefined()
      expect(await two.cache.get('menu:1')).toBeUndefined()
    }
  })

  it('is hidden by a clear in between, and by a delete', async () => {
    const { cache } = open()
    const at = await cache.token()
    await cache.clear()
    await cache.set('menu:1', 'old', { at })
    expect(await cache.get('menu:1')).toBeUndefined()
    const later = await cache.token()
    await cache.delete('menu:1')
    await cache.set('menu:1', 'old', { at: later })
    expect(await cache.get('menu:1')).toBeUndefined()
  })

  it('does not replace what was set in between', async () => {
    const { cache } = open()
    const at = await cache.token()
    await cache.set('menu:1', 'new')
    await cache.set('menu:1', 'old', { at })
    expect(await cache.get('menu:1')).toBe('new')
  })

  it('does not replace it in the backend either, when another instance set it', async () => {
    const backend = memory()
    const one = open({ backend })
    const two = open({ backend, clock: one.clock })
    const at = await one.cache.token()
    await two.cache.set('menu:1', 'new')
    await one.cache.set('menu:1', 'old', { at })
    expect(await open({ backend, clock: one.clock }).cache.get('menu:1')).toBe('new')
    expect(await one.cache.get('menu:1')).toBe('new')
  })

  it('may be used for many values, of which each is decided alone', async () => {
    const { cache } = open()
    const at = await cache.token()
    await cache.delete('menu:2')
    for (const id of [1, 2, 3]) await cache.set(`menu:${id}`, id, { at })
    expect([...(await cache.getMany(['menu:1', 'menu:2', 'menu:3'])).values()]).toEqual([1, 3])
  })

  it('stays as old as the token when time passes in between', async () => {
    const { cache, invalidate, clock } = open({ maxStaleness: '5s' })
    const at = await cache.token()
    await invalidate({ tags: ['soups'] })
    await clock.advanceAsync(3_600_000)
    await cache.set('menu:1', 'old', { at, tags: ['soups'] })
    await cache.set('menu:2', 'untouched', { at })
    expect(await cache.get('menu:1')).toBeUndefined()
    expect(await cache.get('menu:2')).toBe('untouched')
  })

  it('refuses the token of another instance over the same data, and what is none', async () => {
    const backend = memory()
    const one = open({ backend })
    const two = open({ backend, clock: one.clock })
    await one.cache.set('menu:1', 'before')
    for (const at of [await two.cache.token(), {}, null, 5, Object.create(await one.cache.token())])
      await expect(one.cache.set('menu:1', 'after', { at: at as never })).rejects.toMatchObject(INVALID) // what types forbid
    expect(await one.cache.get('menu:1')).toBe('before')
  })

  it('takes no token from a closed instance', async () => {
    const { cache, close } = open()
    await close()
    await expect(cache.token()).rejects.toMatchObject({ code: 'CLOSED' })
  })

  it('inside a loader is part of what is being loaded like any other', async () => {
    const { cache, invalidate } = open()
    const read = (): Promise<unknown> =>
      cache.getOrSet('menu:whole', async () => {
        const at = await cache.token()
        await cache.set('menu:part', 1, { at, tags: ['soups'] })
        return cache.get('menu:part')
      })
    expect(await read()).toBe(1)
    await invalidate({ tags: ['soups'] })
    expect(cache.peek('menu:whole')).toEqual({ hit: false })
  })
})
