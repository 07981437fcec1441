import { describe, expect, it } from 'vitest'
import type { Backend } from '../../src/index.ts'
import { encodeEntry, encodeValue } from '../../src/wire/index.ts'
import { open } from './instance.ts'

/** Somewhere that others can write, too. */
export interface SharedPlace {
  readonly backend: Backend
  readonly app: string
  /** Writes bytes under the key of an entry, past the cache. */
  put(path: string, bytes: Uint8Array): Promise<void>
}

const text = (content: string): Uint8Array => Buffer.from(content)

function entry(change: (bytes: Buffer) => Buffer = (bytes) => bytes): Uint8Array {
  const bytes = encodeEntry({
    generation: 'ab'.repeat(16),
    clock: 1,
    loaded: 1,
    freshUntil: 9e15,
    staleUntil: 9e15,
    cost: 0,
    shape: 0,
    names: ['t:a'],
    ...encodeValue({ from: 'elsewhere' }),
  })
  return change(Buffer.from(bytes))
}

const SAMPLES: readonly (readonly [
  what: string,
  bytes: () => Uint8Array,
  reason: 'foreign' | 'unreadable' | 'generation' | 'damaged',
])[] = [
  ['nothing', () => text(''), 'foreign'],
  ['text', () => text('soup of the day'), 'foreign'],
  ['JSON', () => text('{"name":"soup","value":42}'), 'foreign'],
  ['one byte of ours', () => new Uint8Array([0xc1]), 'damaged'],
  ['random bytes', () => Uint8Array.from({ length: 300 }, (_, n) => (n * 37 + 11) % 251), 'foreign'],
  ['a huge text', () => new Uint8Array(20 * 1024 * 1024).fill(0x41), 'foreign'],
  ['a later version', () => entry((bytes) => bytes.fill(2, 1, 2)), 'unreadable'],
  ['an unknown codec', () => entry((bytes) => bytes.fill(0x0f, 2, 3)), 'unreadable'],
  ['an entry cut in its header', () => entry((bytes) => bytes.subarray(0, 40)), 'damaged'],
  ['an entry cut in its names', () => entry((bytes) => bytes.subarray(0, 65)), 'damaged'],
  ['an entry cut in its value', () => entry((bytes) => bytes.subarray(0, -3)), 'damaged'],
  ['an entry whose value is no JSON', () => entry((bytes) => bytes.fill(0x7b, bytes.length - 5)), 'damaged'],
  ['an entry of another generation', () => entry(), 'generation'],
]

/** What any backend must make of bytes under our keys that are not ours. */
export function describeForeignBytes(name: string, open_: () => SharedPlace): void {
  describe(`foreign bytes under a key of ours, in ${name}:`, () => {
    it.each(SAMPLES)('%s are a miss that is told, and give way to the value', async (_, bytes, reason) => {
      const place = open_()
      const one = open({ backend: place.backend, app: place.app })
      const other = open({ backend: place.backend, app: place.app, clock: one.clock })
      await place.put('menu:1', bytes())
      expect(await one.cache.get('menu:1')).toBeUndefined()
      expect(await one.cache.getOrSet('menu:1', () => 'ours')).toBe('ours')
      // What is of no use to anybody is removed at once.
      const reasons = reason === 'damaged' ? ['unreadable', 'absent'] : [reason, reason]
      expect(one.of('cache.miss').map((miss) => miss.reason)).toEqual(reasons)
      expect(one.of('cache.remove')).toHaveLength(reason === 'damaged' ? 1 : 0)
      expect(one.of('cache.write')).toMatchObject([{ outcome: 'stored' }])
      expect(one.of('store.error')).toEqual([])
      expect(await other.cache.get('menu:1')).toBe('ours')
      await Promise.all([one.close(), other.close()])
    })

    it.each(SAMPLES)('%s give way to set, and to delete', async (_, bytes) => {
      const place = open_()
      const one = open({ backend: place.backend, app: place.app })
      await place.put('menu:1', bytes())
      await place.put('menu:2', bytes())
      expect(await one.cache.set('menu:1', 'ours')).toEqual({ reached: 'all' })
      expect(await one.cache.delete('menu:2')).toEqual({ reached: 'all' })
      const other = open({ backend: place.backend, app: place.app, clock: one.clock })
      expect([await other.cache.get('menu:1'), await other.cache.get('menu:2')]).toEqual(['ours', undefined])
      expect(other.of('cache.miss')).toMatchObject([{ key: 'menu:2', reason: 'absent' }])
      await Promise.all([one.close(), other.close()])
    })

    it('are logged as a warning that names the key and nothing of the bytes', async () => {
      const place = open_()
      const lines: string[] = []
      const line = (fields: object, message: string): void => void lines.push(JSON.stringify([message, fields]))
      const { cache, close } = open({
        backend: place.backend,
        app: place.app,
        logger: { debug: line, info: line, warn: line, error: line },
      })
      await place.put('menu:1', text('secret'))
      await cache.get('menu:1')
      expect(lines).toEqual(['["redstart: foreign bytes under a key of ours",{"namespace":"menu","key":"menu:1"}]'])
      await close()
    })
  })
}
