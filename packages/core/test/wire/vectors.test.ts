import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, it } from 'vitest'
import {
  type Codec,
  type CompressionAlgorithm,
  decodeEntry,
  decodeValue,
  encodeEntry,
  encodeValue,
  hasCompression,
  inflatePayload,
  type WireEntry,
} from '../../src/wire/index.ts'

interface Vectors {
  readonly entries: readonly {
    readonly name: string
    readonly hex: string
    readonly entry: Omit<WireEntry, 'payload'>
    readonly payload: string
  }[]
  readonly faults: readonly { readonly name: string; readonly hex: string; readonly reason: string }[]
  readonly payloads: readonly { readonly name: string; readonly codec: Codec; readonly hex: string }[]
  readonly compressed: readonly {
    readonly name: string
    readonly hex: string
    readonly entry: Omit<WireEntry, 'payload'> & Required<Pick<WireEntry, 'compression'>>
    readonly payload: string
    readonly inflated: string
  }[]
  readonly streams: readonly {
    readonly name: string
    readonly algorithm: CompressionAlgorithm
    readonly length: number
    readonly hex: string
  }[]
}

const file = new URL('../../../../docs/wire-vectors.json', import.meta.url)
const vectors = JSON.parse(readFileSync(file, 'utf8')) as Vectors // the file's own layout, which the specification gives

const specification = readFileSync(new URL('../../../../docs/wire-format.md', import.meta.url), 'utf8')

const cycle: Record<string, unknown> = { name: 'loop' }
cycle['self'] = cycle

/** The values of the vectors, beside their names. */
const values: Readonly<Record<string, unknown>> = {
  'smallest: all zero, no names, no bytes': new Uint8Array(),
  'json object, no names': { hello: 'wörld' },
  'json with three names, stale for an hour': { id: 42, name: 'Ramen', price: 12.5, tags: ['hot', null, true] },
  'names beyond ASCII: two, three and four bytes, a byte order mark, U+FFFD': 'naïve 料理 🍜',
  'every field at its largest': null,
  bytes: Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0, 0xff, 0xc1, 1),
  'json member __proto__': JSON.parse('{"__proto__":{"admin":true}}'),
  'json half a surrogate pair, escaped': '\ud83c',
  'devalue Date, Map, Set, BigInt': {
    at: new Date('2025-11-21T00:00:00Z'),
    totals: new Map([['eur', 12.5]]),
    kinds: new Set(['a', 'eur']),
    big: 9_007_199_254_740_993n,
  },
  'devalue undefined, NaN, infinities and minus zero': {
    none: undefined,
    nan: Number.NaN,
    up: Number.POSITIVE_INFINITY,
    down: Number.NEGATIVE_INFINITY,
    zero: -0,
  },
  'devalue undefined alone': undefined,
  'devalue cycle': cycle,
  'devalue typed array': { samples: Uint16Array.of(1, 2, 3) },
  'MessagePack numbers, text and lists': {
    id: 42,
    name: 'Rämen 🍜',
    price: 12.5,
    debt: -129,
    far: 2 ** 40,
    tags: ['hot', null, true],
    up: Number.POSITIVE_INFINITY,
  },
  'MessagePack with bytes within': { type: 'image/png', file: Uint8Array.of(0x89, 0x50, 0x4e, 0x47) },
}

describe('entries', () => {
  it('have a value each', () => {
    expect(vectors.entries.map(({ name }) => name)).toStrictEqual(Object.keys(values))
  })

  it.each(vectors.entries)('$name: bytes to fields and back', ({ hex, entry, payload }) => {
    const decoded = decodeEntry(Buffer.from(hex, 'hex'))
    expect(decoded).toStrictEqual({ ok: true, entry: { ...entry, payload: Buffer.from(payload, 'hex') } })
    const encoded = encodeEntry({ ...entry, payload: Buffer.from(payload, 'hex') })
    expect(Buffer.from(encoded).toString('hex')).toBe(hex)
  })

  it.each(vectors.entries)('$name: payload to value and back', ({ name, entry, payload }) => {
    const decoded = decodeValue(entry.codec, Buffer.from(payload, 'hex'))
    if (!decoded.ok) throw new Error('the payload was refused')
    expect(isDeepStrictEqual(decoded.value, values[name])).toBe(true)
    const encoded = encodeValue(values[name], entry.codec === 'msgpack' ? 'msgpack' : 'json')
    expect({ ...encoded, payload: Buffer.from(encoded.payload).toString('hex') }).toStrictEqual({
      codec: entry.codec,
      payload,
    })
  })
})

describe('compressed entries', () => {
  it('are of every kind', () => {
    expect(vectors.compressed.map(({ entry }) => entry.compression.algorithm)).toStrictEqual(['gzip', 'brotli', 'zstd'])
  })

  it.each(vectors.compressed)('$name: bytes to fields and back', ({ hex, entry, payload }) => {
    const decoded = decodeEntry(Buffer.from(hex, 'hex'))
    expect(decoded).toStrictEqual({ ok: true, entry: { ...entry, payload: Buffer.from(payload, 'hex') } })
    expect(Buffer.from(encodeEntry({ ...entry, payload: Buffer.from(payload, 'hex') })).toString('hex')).toBe(hex)
  })

  it.each(vectors.compressed)('$name: inflates where this Node.js can', async ({ entry, payload, inflated }) => {
    const bytes = await inflatePayload(Buffer.from(payload, 'hex'), entry.compression)
    const expected = hasCompression(entry.compression.algorithm) ? inflated : undefined
    expect(bytes && Buffer.from(bytes).toString('hex')).toBe(expected)
    const value = decodeValue(entry.codec, Buffer.from(inflated, 'hex'))
    expect(value).toMatchObject({ ok: true, value: { dishes: Array.from({ length: 20 }, () => 'ramen') } })
  })
})

it.each(vectors.streams)('$name is no payload', async ({ algorithm, length, hex }) => {
  expect(await inflatePayload(Buffer.from(hex, 'hex'), { algorithm, length })).toBeUndefined()
})

it.each(vectors.faults)('$name is no entry', ({ hex, reason }) => {
  expect(decodeEntry(Buffer.from(hex, 'hex'))).toStrictEqual({ ok: false, reason })
})

it.each(vectors.payloads)('$name is no value', ({ codec, hex }) => {
  expect(decodeValue(codec, Buffer.from(hex, 'hex'))).toStrictEqual({ ok: false })
})

it('the example of the specification is the vector that it describes', () => {
  const lines = (/```\n(c1 .*?)```/s.exec(specification)?.[1] ?? '').split('\n')
  const bytes = lines.map((line) => /^(?: *[0-9a-f]{2}\b)*/.exec(line)?.[0] ?? '')
  expect(bytes.join('').replaceAll(' ', '')).toBe(vectors.entries[1]?.hex)
})
