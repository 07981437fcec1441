import { describe, expect, it } from 'vitest'
import { type CompressionAlgorithm, type CompressionOptions, createRedstart } from '../../src/index.ts'
import { decodeEntry, hasCompression } from '../../src/wire/index.ts'
import { open } from './instance.ts'
import { openMemory } from './stored-bytes.ts'

const ALGORITHMS = (['gzip', 'brotli', 'zstd'] as const).filter(hasCompression)

const menu = (dishes: number): unknown => ({
  dishes: Array.from({ length: dishes }, (_, id) => ({ id, name: `Dish ${id}`, price: id * 1.5 })),
})

async function algorithmAt(place: ReturnType<typeof openMemory>, path: string): Promise<CompressionAlgorithm | 'none'> {
  const decoded = decodeEntry((await place.bytesAt(path)) ?? new Uint8Array())
  if (!decoded.ok) return expect.fail(`there is no entry: ${decoded.reason}`)
  return decoded.entry.compression?.algorithm ?? 'none'
}

describe.each(ALGORITHMS)('with %s', (algorithm) => {
  it.each([
    ['on this thread', 50],
    ['on the thread pool', 20_000],
  ])('values are compressed %s, and read by whoever is set otherwise', async (_, dishes) => {
    const place = openMemory()
    const one = open({ backend: place.backend, app: place.app, defaults: { compression: { algorithm } } })
    const other = open({ backend: place.backend, app: place.app, clock: one.clock })
    await one.cache.getOrSet('menu:1', () => menu(dishes))
    expect(await algorithmAt(place, 'menu:1')).toBe(algorithm)
    expect(await other.cache.get('menu:1')).toEqual(menu(dishes))
    expect(other.of('cache.hit')).toMatchObject([{ tier: 'l2' }])
    await one.cache.set('menu:2', menu(dishes))
    expect(await algorithmAt(place, 'menu:2')).toBe(algorithm)
    expect(await other.cache.get('menu:2')).toEqual(menu(dishes))
  })

  it('values that do not become smaller, or are below the threshold, are stored as they are', async () => {
    const place = openMemory()
    const { cache, of } = open({
      backend: place.backend,
      app: place.app,
      defaults: { compression: { algorithm, threshold: 0 } },
    })
    await cache.set('menu:1', 'soup')
    expect(await algorithmAt(place, 'menu:1')).toBe('none')
    const noise = Uint8Array.from({ length: 4000 }, (_, n) => ((n * 2_654_435_761) >>> 13) ^ (n * n * 31))
    await cache.set('menu:2', Buffer.from(noise.map((byte, n) => byte ^ (Math.sin(n * n) * 1e6))))
    expect(await algorithmAt(place, 'menu:2')).toBe('none')
    await cache.set('menu:3', 'x'.repeat(1022), { compression: { algorithm } })
    expect(await algorithmAt(place, 'menu:3')).toBe(algorithm)
    await cache.set('menu:4', 'x'.repeat(1021), { compression: { algorithm } })
    expect(await algorithmAt(place, 'menu:4')).toBe('none')
    for (const { bytes, rawBytes } of of('cache.write').filter((_, n) => n !== 2)) expect(rawBytes).toBe(bytes)
  })

  it('both sizes are told', async () => {
    const place = openMemory()
    const { cache, of } = open({ backend: place.backend, app: place.app, defaults: { compression: { algorithm } } })
    await cache.set('menu:1', menu(50))
    await cache.set('menu:1', menu(50), { compression: false })
    const [packed, plain] = of('cache.write')
    expect(packed?.rawBytes).toBe(plain?.rawBytes)
    expect(plain?.bytes).toBe(plain?.rawBytes)
    expect(packed?.bytes).toBeLessThan((plain?.bytes ?? 0) / 2)
    await cache.set('menu:1', menu(50))
    expect(packed?.bytes).toBe((await place.bytesAt('menu:1'))?.length)
  })

  it('every level that it has can be read', async () => {
    const place = openMemory()
    const one = open({ backend: place.backend, app: place.app })
    const levels = { gzip: [1, 9], brotli: [0, 11], zstd: [1, 19] }[algorithm]
    for (const level of levels) {
      await one.cache.set('menu:1', menu(100), { compression: { algorithm, level } })
      const other = open({ backend: place.backend, app: place.app, clock: one.clock })
      expect(await other.cache.get('menu:1')).toEqual(menu(100))
    }
  })
})

describe('compression', () => {
  it('is off where nobody asks for it, and gzip where nobody says more', async () => {
    const place = openMemory()
    const { cache } = open({ backend: place.backend, app: place.app })
    await cache.set('menu:1', menu(100))
    expect(await algorithmAt(place, 'menu:1')).toBe('none')
    await cache.set('menu:1', menu(100), { compression: {} })
    expect(await algorithmAt(place, 'menu:1')).toBe('gzip')
  })

  it('can be switched off for one namespace or call', async () => {
    const place = openMemory()
    const { cache } = open({
      backend: place.backend,
      app: place.app,
      defaults: { compression: {} },
      namespaces: { raw: { compression: false } },
    })
    await cache.set('raw:1', menu(100))
    await cache.getOrSet('menu:1', () => menu(100), { compression: false })
    expect([await algorithmAt(place, 'raw:1'), await algorithmAt(place, 'menu:1')]).toEqual(['none', 'none'])
  })

  it.each<[string, CompressionOptions, RegExp]>([
    ['an unknown algorithm', { algorithm: 'lz4' as 'gzip' }, /compression.algorithm is "lz4"; expected 'gzip'/],
    ['a name of every object', { algorithm: 'toString' as 'gzip' }, /compression.algorithm is "toString"/],
    [
      'a level that gzip does not have',
      { level: 0 },
      /compression.level is 0; expected a whole number of 1 to 9 for gzip/,
    ],
    ['a level that brotli does not have', { algorithm: 'brotli', level: 12 }, /of 0 to 11 for brotli/],
    ['half a level', { level: 1.5 }, /compression.level is 1.5/],
    ['a threshold below 0', { threshold: -1 }, /compression.threshold is -1/],
    ['no object', true as never, /compression is true; expected an object/],
  ])('refuses %s when the instance is made', (_, compression, message) => {
    expect(() => createRedstart({ namespaces: { menu: { compression } } })).toThrow(message)
    expect(() => createRedstart().cache.define('menu', { key: () => 1, compression }, () => 1)).toThrow(message)
  })

  it('by zstd is refused when the instance is made, where this Node.js does not have it', () => {
    const make = (): unknown => createRedstart({ defaults: { compression: { algorithm: 'zstd' } } })
    if (hasCompression('zstd')) expect(make).not.toThrow()
    else
      expect(make).toThrow(expect.objectContaining({ code: 'UNSUPPORTED', message: expect.stringMatching(/22\.15/) }))
  })
})
