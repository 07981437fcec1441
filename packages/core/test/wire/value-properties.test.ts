import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Codec, decodeValue, encodeValue } from '../../src/wire/index.ts'

const dates = fc.date({ noInvalidDate: true })
const rich = fc.anything({
  values: [
    fc.constantFrom<unknown>(undefined, null, -0, Number.NaN),
    fc.double(),
    fc.string({ unit: 'binary' }),
    fc.bigInt(),
    dates,
  ],
  key: fc.string().filter((key) => key !== '__proto__'),
  withBoxedValues: true,
  withMap: true,
  withSet: true,
  withNullPrototype: true,
  withTypedArray: true,
  withSparseArray: true,
})

function decoded(codec: Codec, payload: Uint8Array): { value: unknown; sharable: boolean } {
  const result = decodeValue(codec, payload)
  if (!result.ok) throw new Error('the payload was refused')
  return result
}

/** True when nothing that can be reached from the value can be written to. */
function isFrozenTree(value: unknown, seen = new Set<unknown>()): boolean {
  if (typeof value !== 'object' || value === null || seen.has(value)) return true
  seen.add(value)
  return Object.isFrozen(value) && Object.values(value).every((child) => isFrozenTree(child, seen))
}

describe('any value', () => {
  it('of JSON is stored as exactly its JSON text and comes back equal and frozen', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (sample) => {
        const value: unknown = JSON.parse(JSON.stringify(sample)) // without the -0 that JSON text cannot say
        const { codec, payload } = encodeValue(value)
        expect([codec, Buffer.from(payload).toString()]).toStrictEqual(['json', JSON.stringify(value)])
        const result = decoded(codec, payload)
        expect(isDeepStrictEqual(result.value, value) && result.sharable && isFrozenTree(result.value)).toBe(true)
      }),
    )
  })

  it('of the whole range comes back equal, and frozen where it is shared', () => {
    fc.assert(
      fc.property(rich, (value) => {
        const { codec, payload } = encodeValue(value)
        const result = decoded(codec, payload)
        expect(isDeepStrictEqual(result.value, value)).toBe(true)
        if (result.sharable) expect(isFrozenTree(result.value)).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  it('is JSON exactly when JSON text brings it back', () => {
    fc.assert(
      fc.property(rich, (value) => {
        const text: string | undefined = JSON.stringify(value, (_, part: unknown) =>
          typeof part === 'bigint' ? null : part,
        )
        const whole = text !== undefined && isDeepStrictEqual(JSON.parse(text), value)
        expect(encodeValue(value).codec === 'json').toBe(whole)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('any value, where MessagePack is asked for,', () => {
  it('comes back equal, and frozen where it is shared', () => {
    const withBytes = fc.oneof(
      rich,
      fc.dictionary(
        fc.string({ unit: 'binary' }).filter((key) => key !== '__proto__'),
        fc.oneof(fc.uint8Array(), fc.maxSafeInteger(), fc.double(), fc.string({ unit: 'binary', maxLength: 400 })),
      ),
    )
    let messages = 0
    fc.assert(
      fc.property(withBytes, (value) => {
        const { codec, payload } = encodeValue(value, 'msgpack')
        if (codec === 'msgpack') messages++
        const result = decoded(codec, payload)
        expect(isDeepStrictEqual(result.value, value)).toBe(true)
        if (result.sharable) expect(isFrozenTree(result.value)).toBe(true)
      }),
      { numRuns: 2000 },
    )
    expect(messages).toBeGreaterThan(100)
  })

  it('of JSON is MessagePack, but for what that would change', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'grapheme' }), (sample) => {
        const value: unknown = JSON.parse(JSON.stringify(sample))
        const changed = /\ufeff|__proto__/.test(JSON.stringify(value))
        fc.pre(!changed)
        expect(encodeValue(value, 'msgpack').codec).toBe('msgpack')
      }),
    )
  })
})

describe('any payload', () => {
  const codecs = fc.constantFrom<Codec>('bytes', 'json', 'msgpack', 'devalue')
  const flat = fc.array(
    fc.oneof(fc.array(fc.integer({ min: -9, max: 9 })), fc.dictionary(fc.string(), fc.integer({ min: -9, max: 9 }))),
  )
  const tagged = fc.tuple(
    fc.constantFrom('Map', 'Set', 'Date', 'null', 'Object', 'URL', 'RegExp', 'Uint8Array', 'ArrayBuffer'),
    fc.nat(9),
  )
  const texts = fc.oneof(
    fc.json(),
    flat.map((value) => JSON.stringify(value)),
    fc.array(tagged).map((value) => JSON.stringify(value)),
  )
  const payloads = fc.oneof(
    fc.uint8Array(),
    rich.map((value) => encodeValue(value, 'msgpack').payload),
    texts.map((text) => Buffer.from(text)),
  )

  it('gives a value or a refusal, never an exception', () => {
    fc.assert(
      fc.property(codecs, payloads, (codec, payload) => {
        expect([true, false]).toContain(decodeValue(codec, payload).ok)
      }),
      { numRuns: 5000 },
    )
  })

  it('that is cut at any length is refused where the text needs its end', () => {
    for (const value of [{ a: [1, 'é'] }, { at: new Date(0) }]) {
      const { codec, payload } = encodeValue(value)
      for (let length = 0; length < payload.length; length++) {
        expect(decodeValue(codec, payload.subarray(0, length))).toStrictEqual({ ok: false })
      }
    }
  })

  it('that nests deeper than the stack holds is refused', () => {
    const deep = Buffer.from('['.repeat(1e6) + ']'.repeat(1e6))
    const chain = Array.from({ length: 1e5 }, (_, index) => `[${index + 1}]`)
    expect(decodeValue('json', deep)).toStrictEqual({ ok: false })
    expect(decodeValue('devalue', Buffer.from(`[${chain.join()},1]`))).toStrictEqual({ ok: false })
  })
})
