import { describe, expect, it } from 'vitest'
import type { Backend } from '../../src/index.ts'
import { RedstartError } from '../../src/index.ts'
import { hasCompression } from '../../src/wire/index.ts'
import { open } from './instance.ts'
import { openMemory, type OpenPlace } from './stored-bytes.ts'

/** Changes the bytes of an entry; offsets from the end count from -1. */
async function change(
  place: OpenPlace,
  path: string,
  ...changes: readonly (readonly [number, number])[]
): Promise<void> {
  const bytes = Buffer.from((await place.bytesAt(path)) ?? [])
  for (const [at, value] of changes) bytes[at < 0 ? bytes.length + at : at] = value
  await place.put(path, bytes)
}

const menu = Array.from({ length: 200 }, (_, id) => ({ id, name: `Dish ${id}` }))

describe('a damaged entry', () => {
  it.each([
    ['JSON that is none', {}, [-1, 0x7b]],
    ['a compressed payload', { compression: {} }, [-20, 0x00]],
    ['the length of a compressed payload', { compression: {} }, [65, 0x01]],
    ['an instant', {}, [36, 0xff]],
  ] as const)('(%s) is a miss, is told, and leaves the backend', async (_, manner, damage) => {
    const place = openMemory()
    const { cache, clock, of } = open({ backend: place.backend, app: place.app })
    await cache.set('menu:1', menu, manner)
    await change(place, 'menu:1', damage)
    const other = open({ backend: place.backend, app: place.app, clock })
    expect(await other.cache.get('menu:1')).toBeUndefined()
    expect(other.of('cache.miss')).toMatchObject([{ reason: 'unreadable' }])
    expect(other.of('cache.remove')).toEqual([
      { type: 'cache.remove', namespace: 'menu', key: 'menu:1', reason: 'damaged' },
    ])
    expect(await place.bytesAt('menu:1')).toBeUndefined()
    expect(of('cache.remove')).toEqual([])
  })

  it('gives way to the value that is loaded in its place', async () => {
    const place = openMemory()
    const { cache, clock } = open({ backend: place.backend, app: place.app })
    await cache.set('menu:1', menu)
    await change(place, 'menu:1', [-1, 0x7b])
    const other = open({ backend: place.backend, app: place.app, clock })
    expect(await other.cache.getOrSet('menu:1', () => 'new')).toBe('new')
    expect(await open({ backend: place.backend, app: place.app, clock }).cache.get('menu:1')).toBe('new')
  })

  it('is left where it is when it may be of use to another release or another Node.js', async () => {
    const place = openMemory()
    const { cache, clock } = open({ backend: place.backend, app: place.app })
    for (const path of ['menu:layout', 'menu:codec', 'menu:compression']) await cache.set(path, menu)
    await cache.set('menu:type', new Map([['a', 1]]))
    await change(place, 'menu:layout', [1, 2])
    await change(place, 'menu:codec', [2, 0x03])
    await change(place, 'menu:compression', [2, 0x11])
    const rich = Buffer.from((await place.bytesAt('menu:type')) ?? [])
    await place.put('menu:type', Buffer.from(rich.toString('latin1').replace('"Map"', '"Mop"'), 'latin1'))
    const other = open({ backend: place.backend, app: place.app, clock })
    for (const path of ['menu:layout', 'menu:codec', 'menu:compression', 'menu:type']) {
      expect(await other.cache.get(path)).toBeUndefined()
      expect(await place.bytesAt(path)).toBeDefined()
    }
    expect(other.of('cache.miss').map(({ reason }) => reason)).toEqual(Array.from({ length: 4 }, () => 'unreadable'))
    expect(other.of('cache.remove')).toEqual([])
  })

  it('of zstd is only judged by a Node.js that has it', async () => {
    const place = openMemory()
    const { cache, clock } = open({ backend: place.backend, app: place.app })
    await cache.set('menu:1', menu, { compression: {} })
    await change(place, 'menu:1', [2, 0x71]) // what gzip made, said to be of zstd
    const other = open({ backend: place.backend, app: place.app, clock })
    expect(await other.cache.get('menu:1')).toBeUndefined()
    expect(other.of('cache.remove')).toHaveLength(hasCompression('zstd') ? 1 : 0)
  })

  it('that cannot be removed is told, and the read goes on', async () => {
    const place = openMemory()
    const failing: Backend = {
      name: 'failing',
      cache: (context) =>
        Object.assign(place.backend.cache(context), {
          remove: () => Promise.reject(new RedstartError('STORE_FAILED', 'no rights')),
        }),
    }
    const { cache, of } = open({ app: place.app, backend: failing })
    await place.put('menu:1', new Uint8Array([0xc1]))
    expect(await cache.getOrSet('menu:1', () => 'ours')).toBe('ours')
    expect(of('store.error')).toMatchObject([{ operation: 'write', code: 'STORE_FAILED' }])
  })
})
