import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CompressionOptions } from '../../src/index.ts'
import { decodeEntry, hasCompression } from '../../src/wire/index.ts'
import { open, type Watched } from './instance.ts'
import type { OpenPlace } from './stored-bytes.ts'

/** All that may be stored, mutable parts included, and some of it large enough to be compressed. */
const parts = fc.anything({
  values: [
    fc.constantFrom<unknown>(undefined, null, -0, Number.NaN, Infinity),
    fc.double(),
    fc.string({ unit: 'grapheme' }),
    fc.bigInt(),
    fc.boolean(),
    fc.date({ noInvalidDate: true }),
  ],
  key: fc.string().filter((key) => key !== '__proto__'),
  withBoxedValues: true,
  withMap: true,
  withSet: true,
  withNullPrototype: true,
  withTypedArray: true,
  withSparseArray: true,
})
const values = fc.oneof(
  parts,
  fc.uint8Array({ minLength: 1, maxLength: 2000 }),
  fc.tuple(fc.oneof(fc.jsonValue(), parts), fc.integer({ min: 2, max: 60 })).map(([part, times]) => ({
    times,
    // Copies, since two equal parts need not be one object.
    list: Array.from({ length: times }, (_, n) => ({ n, part: structuredCopy(part) })),
  })),
)

/** A copy where the part is plain, and the part itself where copying would change it. */
function structuredCopy(part: unknown): unknown {
  try {
    const copy: unknown = structuredClone(part)
    return isDeepStrictEqual(copy, part) ? copy : part
  } catch {
    return part
  }
}

const MANNERS: readonly (readonly [string, false | CompressionOptions, 'json' | 'msgpack'])[] = [
  ['as they are', false, 'json'],
  ['as MessagePack', false, 'msgpack'],
  ['as MessagePack compressed by gzip', { algorithm: 'gzip', threshold: 0 }, 'msgpack'],
  ...(['gzip', 'brotli', 'zstd'] as const)
    .filter(hasCompression)
    .map((algorithm) => [`compressed by ${algorithm}`, { algorithm, threshold: 0 }, 'json'] as const),
]

/** Changes whatever can be changed in a value, as a careless caller would. */
function spoil(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return
  if (value instanceof Map || value instanceof Set) {
    for (const member of value.values()) spoil(member)
    value.clear()
  } else if (value instanceof Date) value.setTime(1)
  else if (ArrayBuffer.isView(value)) new Uint8Array(value.buffer, value.byteOffset, value.byteLength).fill(7)
  else {
    for (const member of Object.values(value)) spoil(member)
    for (const key of Object.keys(value)) Reflect.deleteProperty(value, key)
    Reflect.set(value, 'spoiled', true)
  }
}

/** What any backend must give back. */
export function describeRoundTrips(name: string, open_: () => OpenPlace, runs: number): void {
  describe.each(MANNERS)(`values in ${name}, %s,`, (_, compression, serializer) => {
    const equal = (one: unknown, other: unknown): void => expect(isDeepStrictEqual(one, other)).toBe(true)

    /** Two instances over one place, and a counter for keys. */
    async function withBoth(use: (one: Watched, two: Watched, place: OpenPlace) => Promise<void>): Promise<void> {
      const place = open_()
      const one = open({ backend: place.backend, app: place.app, defaults: { compression, serializer } })
      const two = open({ backend: place.backend, app: place.app, clock: one.clock })
      await use(one, two, place)
      await Promise.all([one.close(), two.close()])
    }

    it('come back equal from loads, memory and the backend', async () => {
      await withBoth(async (one, two, place) => {
        let id = 0
        let compressed = 0
        await fc.assert(
          fc.asyncProperty(values, async (value) => {
            const key = `menu:${++id}`
            equal(await one.cache.getOrSet(key, () => value), value)
            equal(await one.cache.get(key), value)
            equal(await two.cache.get(key), value)
            equal(await two.cache.get(key), value)
            await one.cache.set(key, value)
            equal(await one.cache.get(key), value)
            equal(await two.cache.getOrSet(key, () => expect.fail('a load')), value)
            const stored = decodeEntry((await place.bytesAt(key)) ?? new Uint8Array())
            if (stored.ok && stored.entry.compression !== undefined) compressed++
          }),
          { numRuns: runs },
        )
        expect(two.of('cache.hit').filter(({ tier }) => tier === 'l2')).toHaveLength(2 * id)
        if (compression === false) expect(compressed).toBe(0)
        else expect(compressed).toBeGreaterThan(id / 10)
      })
    }, 60_000)

    it('do not change with what a loader returned, nor with what any caller got', async () => {
      await withBoth(async (one, two) => {
        let id = 0
        await fc.assert(
          fc.asyncProperty(fc.clone(values, 2), async ([value, expected]) => {
            const key = `menu:${++id}`
            const load = (): unknown => value
            const [first, joined] = await Promise.all([one.cache.getOrSet(key, load), one.cache.getOrSet(key, load)])
            spoil(value)
            equal(joined, expected)
            spoil(first)
            equal(joined, expected)
            spoil(joined)
            for (const { cache } of [one, two, one, two]) {
              const got = await cache.get(key)
              equal(got, expected)
              spoil(got)
            }
          }),
          { numRuns: runs },
        )
      })
    }, 60_000)
  })
}
