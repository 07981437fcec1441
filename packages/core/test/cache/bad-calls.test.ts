import { describe, expect, it } from 'vitest'
import { counter, open } from './instance.ts'

/** What the types forbid and JavaScript passes all the same. */
const nothing = null as never

const INVALID = { code: 'INVALID_ARGUMENT' }

describe('bad input that JavaScript lets through', () => {
  it('a key without a prototype is INVALID_ARGUMENT, as a rejection', async () => {
    const { cache } = open()
    const key: string = Object.create(null)
    await expect((async () => cache.getOrSet(key, counter()))()).rejects.toMatchObject(INVALID)
    await expect(cache.get(key)).rejects.toMatchObject(INVALID)
  })
  it('a bad key is refused whether or not its text is cached', async () => {
    const { cache } = open()
    await cache.getOrSet('null', () => 'text')
    await expect((async () => cache.getOrSet(nothing, counter()))()).rejects.toMatchObject(INVALID)
  })
  it('tags that are one string are no tags: characters are no words', async () => {
    const { cache, invalidate } = open()
    const tags: string[] = JSON.parse('"soups"')
    await expect(cache.set('menu:1', 1, { tags })).rejects.toMatchObject(INVALID)
    await expect(cache.getOrSet('menu:1', counter(), { tags })).rejects.toMatchObject(INVALID)
    await expect(cache.getOrSet('menu:2', counter(), { tags: () => tags })).rejects.toMatchObject(INVALID)
    expect(() => cache.define('menu', { key: () => 1, tags }, counter())).toThrow(expect.objectContaining(INVALID))
    await invalidate({ tags: ['soups'] })
  })
  it('no target, no options, no loader', async () => {
    const { cache, invalidate } = open()
    await expect(invalidate(nothing)).rejects.toMatchObject(INVALID)
    await expect(invalidate({ tags: ['a'] }, nothing)).rejects.toMatchObject(INVALID)
    await expect((async () => cache.getOrSet('menu:1', nothing))()).rejects.toMatchObject(INVALID)
    expect(() => cache.define('menu', { key: () => 1 }, nothing)).toThrow(expect.objectContaining(INVALID))
    expect(() => cache.define(nothing, { key: () => 1 }, counter())).toThrow(expect.objectContaining(INVALID))
    expect(() => cache.define('other', nothing, counter())).toThrow(expect.objectContaining(INVALID))
  })
  it('an empty key is told to be empty', async () => {
    const { cache } = open()
    await expect(cache.get('')).rejects.toThrow(/empty/)
  })
  it('an option of l1 that is undefined is one that was left out, like every other option', () => {
    expect(() => open({ l1: { maxEntries: undefined as never } })).not.toThrow()
  })
})
