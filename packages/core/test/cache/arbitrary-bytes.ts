import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeEntry, decodeValue, encodeEntry, hasCompression, inflatePayload } from '../../src/wire/index.ts'
import { open } from './instance.ts'
import type { OpenPlace } from './stored-bytes.ts'

const ALGORITHMS = (['gzip', 'brotli', 'zstd'] as const).filter(hasCompression)

/** Values whose entries are mutilated. */
const VALUES: readonly unknown[] = [
  'soup',
  { dishes: Array.from({ length: 60 }, (_, id) => ({ id, name: `Dish ${id}` })) },
  new Map<string, unknown>([
    ['at', new Date(0)],
    ['bytes', new Uint8Array(40)],
  ]),
  Uint8Array.from({ length: 300 }, (_, n) => n % 5),
]

/** A way to spoil bytes. */
const damages = fc.oneof(
  fc.record({ kind: fc.constant('cut' as const), at: fc.nat(2000) }),
  fc.record({ kind: fc.constant('flip' as const), at: fc.nat(2000), bit: fc.nat(7) }),
  fc.record({ kind: fc.constant('extend' as const), tail: fc.uint8Array({ minLength: 1, maxLength: 20 }) }),
  fc.record({ kind: fc.constant('overwrite' as const), at: fc.nat(2000), with: fc.uint8Array({ maxLength: 20 }) }),
)
type Damage = typeof damages extends fc.Arbitrary<infer Kind> ? Kind : never

function spoiled(whole: Uint8Array, damage: Damage): Uint8Array {
  const bytes = Buffer.from(whole)
  switch (damage.kind) {
    case 'cut':
      return bytes.subarray(0, damage.at % bytes.length)
    case 'flip': {
      const at = damage.at % bytes.length
      bytes[at] = (bytes[at] ?? 0) ^ (1 << damage.bit)
      return bytes
    }
    case 'extend':
      return Buffer.concat([bytes, damage.tail])
    case 'overwrite':
      bytes.set(damage.with.subarray(0, bytes.length - (damage.at % bytes.length)), damage.at % bytes.length)
      return bytes
  }
}

/** An envelope around a payload that nobody compressed, or that gives far more than it declares. */
const bombs = fc
  .record({
    algorithm: fc.constantFrom(...ALGORITHMS),
    length: fc.oneof(fc.integer({ min: 1, max: 2000 }), fc.constantFrom(8 * 1024 * 1024, 2 ** 32 - 1)),
    stream: fc.oneof(fc.uint8Array({ maxLength: 100 }), fc.constantFrom(gzipSync(Buffer.alloc(30_000_000)))),
  })
  .map(({ algorithm, length, stream }) =>
    encodeEntry({
      generation: 'ab'.repeat(16),
      clock: 1,
      loaded: 1,
      freshUntil: 9e15,
      staleUntil: 9e15,
      cost: 0,
      shape: 0,
      names: [],
      codec: 'json',
      compression: { algorithm, length },
      payload: stream,
    }),
  )

/** What bytes say by the specification alone; undefined where they say nothing. */
async function meaning(bytes: Uint8Array): Promise<{ readonly value: unknown } | undefined> {
  const decoded = decodeEntry(bytes)
  if (!decoded.ok || decoded.entry.shape !== 0) return undefined
  const { codec, compression, payload } = decoded.entry
  if (compression !== undefined && compression.length > 8 * 1024 * 1024) return undefined
  const inflated = compression === undefined ? payload : await inflatePayload(payload, compression)
  const value = inflated === undefined ? undefined : decodeValue(codec, inflated)
  return value?.ok === true ? value : undefined
}

/** What any backend must make of bytes under our keys, whatever they are. */
export function describeArbitraryBytes(name: string, open_: () => OpenPlace, runs: number): void {
  describe(`under our keys in ${name},`, () => {
    it('no bytes at all are ever an error, or data that the specification does not see in them', async () => {
      const place = open_()
      const writer = open({ backend: place.backend, app: place.app, maxStaleness: '1h' })
      const wholes: Uint8Array[] = []
      for (const [n, value] of VALUES.entries()) {
        for (const algorithm of [undefined, ...ALGORITHMS]) {
          const path = `menu:${n}`
          await writer.cache.set(
            path,
            value,
            algorithm === undefined ? {} : { compression: { algorithm, threshold: 0 } },
          )
          wholes.push((await place.bytesAt(path)) ?? expect.fail('nothing was stored'))
        }
      }
      const bytes = fc.oneof(
        {
          weight: 4,
          arbitrary: fc.tuple(fc.constantFrom(...wholes), damages).map(([whole, how]) => spoiled(whole, how)),
        },
        { weight: 1, arbitrary: bombs },
        { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }) },
        {
          weight: 1,
          arbitrary: fc.uint8Array({ maxLength: 300 }).map((tail) => Buffer.concat([Buffer.of(0xc1, 1), tail])),
        },
        { weight: 1, arbitrary: fc.json().map((text) => Buffer.from(text)) },
      )
      let id = 0
      let values = 0
      await fc.assert(
        fc.asyncProperty(bytes, async (sample) => {
          const path = `fuzz:${++id}`
          await place.put(path, sample)
          const read = await writer.cache.get(path)
          const said = await meaning(sample)
          // A miss is always allowed: instants and clocks were spoiled, too.
          if (read !== undefined) values++
          if (read !== undefined) expect({ value: read }).toEqual({ value: said?.value })
          await place.put(path, sample)
          const loaded = await writer.cache.getOrSet(path, () => 'loaded', { tags: ['fuzz'] })
          if (loaded !== 'loaded') expect({ value: loaded }).toEqual({ value: said?.value })
        }),
        { numRuns: runs },
      )
      expect(writer.of('store.error')).toEqual([])
      // Both happened: the fuzz reached the insides, and what it left whole was read.
      const reasons = new Set(writer.of('cache.miss').map(({ reason }) => reason))
      expect([...reasons]).toEqual(expect.arrayContaining(['foreign', 'unreadable', 'generation', 'version']))
      expect(values).toBeGreaterThan(0)
      expect(writer.of('cache.remove').length).toBeGreaterThan(runs / 20)
      await writer.close()
    }, 60_000)
  })
}
