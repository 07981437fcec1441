import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RedstartError } from '../../src/errors.ts'
import { decodeEntry, encodeEntry, ENTRY_OFFSETS, type WireEntry } from '../../src/wire/index.ts'

const sample: WireEntry = {
  generation: '000102030405060708090a0b0c0d0e0f',
  clock: 77,
  loaded: 1000,
  freshUntil: 2000,
  staleUntil: 3000,
  cost: 4,
  shape: 5,
  names: ['t:category:5', 't:é'],
  codec: 'json',
  payload: Buffer.from('{"a":1}'),
}
const HEADER = ENTRY_OFFSETS.names + 2 + 12 + 2 + 4

const counter = fc.maxSafeNat()
const entries: fc.Arbitrary<WireEntry> = fc
  .record({
    generation: fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString('hex')),
    clock: counter,
    loaded: counter,
    until: fc.tuple(counter, counter),
    cost: fc.nat(0xffff_ffff),
    shape: fc.nat(0xffff_ffff),
    names: fc.array(fc.string({ unit: 'binary', minLength: 1 }), { maxLength: 8 }),
    codec: fc.constantFrom('bytes', 'json', 'devalue'),
    payload: fc.uint8Array(),
  })
  .map(({ until: [one, other], ...rest }) => ({
    ...rest,
    freshUntil: Math.min(one, other),
    staleUntil: Math.max(one, other),
  }))

describe('encoding and decoding', () => {
  it('gives back every field of every entry', () => {
    fc.assert(
      fc.property(entries, (entry) => {
        const decoded = decodeEntry(encodeEntry(entry))
        expect(decoded).toStrictEqual({ ok: true, entry: { ...entry, payload: Buffer.from(entry.payload) } })
      }),
    )
  })

  it('reads a plain Uint8Array that lies inside a larger buffer', () => {
    const bytes = encodeEntry(sample)
    const room = new Uint8Array(bytes.length + 20).fill(0xff)
    room.set(bytes, 9)
    const inside = room.subarray(9, 9 + bytes.length)
    expect(decodeEntry(inside)).toStrictEqual({
      ok: true,
      entry: { ...sample, payload: new Uint8Array(sample.payload) },
    })
  })

  it('hands out the payload as a view on the same memory', () => {
    const bytes = encodeEntry(sample)
    const decoded = decodeEntry(bytes)
    if (!decoded.ok) throw new Error(decoded.reason)
    expect(decoded.entry.payload.buffer).toBe(bytes.buffer)
    expect(decoded.entry.payload.byteOffset).toBe(bytes.byteOffset + HEADER)
  })

  it('keeps none of the memory it was given', () => {
    const payload = Buffer.from('{"a":1}')
    const bytes = encodeEntry({ ...sample, payload })
    payload.fill(0)
    expect(Buffer.from(bytes.subarray(HEADER)).toString()).toBe('{"a":1}')
  })

  it('cuts fractions of time, so that an entry never lives longer than was said, and lets the cost saturate', () => {
    const bytes = encodeEntry({ ...sample, loaded: 1000.9, freshUntil: 2000.9, staleUntil: 3000.9, cost: 1e12 })
    const decoded = decodeEntry(bytes)
    expect(decoded).toMatchObject({ entry: { loaded: 1000, freshUntil: 2000, staleUntil: 3000, cost: 0xffff_ffff } })
  })

  it('puts generation and clock where scripts look for them', () => {
    const bytes = Buffer.from(encodeEntry(sample))
    expect(bytes.toString('hex', ENTRY_OFFSETS.generation, ENTRY_OFFSETS.clock)).toBe(sample.generation)
    expect(bytes.readBigUInt64BE(ENTRY_OFFSETS.clock)).toBe(77n)
    expect(ENTRY_OFFSETS).toMatchObject({ generation: 4, clock: 20, loaded: 28 })
  })
})

describe('an entry that no reader would take', () => {
  const wrong: Readonly<Record<string, Partial<WireEntry>>> = {
    'generation too short': { generation: '00' },
    'generation in capitals': { generation: sample.generation.toUpperCase() },
    'negative clock': { clock: -1 },
    'clock 2^53': { clock: 2 ** 53 },
    'loaded NaN': { loaded: Number.NaN },
    'staleUntil infinite': { staleUntil: Number.POSITIVE_INFINITY },
    'staleUntil before freshUntil': { staleUntil: 1999 },
    'negative cost': { cost: -1 },
    'shape 2^32': { shape: 2 ** 32 },
    'too many names': { names: Array.from({ length: 65_536 }, () => 't:a') },
    'empty name': { names: [''] },
    'name above 65535 bytes': { names: ['é'.repeat(32_768)] },
    'half a surrogate pair': { names: ['t:\ud800'] },
  }
  it.each(Object.entries(wrong))('%s is refused', (_, change) => {
    const encode = () => encodeEntry({ ...sample, ...change })
    expect(encode).toThrow(RedstartError)
    expect(encode).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
  })
})

describe('bytes that are no entry', () => {
  it('are told apart at every length of a cut header', () => {
    const bytes = encodeEntry(sample)
    for (let length = 0; length < HEADER; length++) {
      expect(decodeEntry(bytes.subarray(0, length))).toStrictEqual({
        ok: false,
        reason: length === 0 ? 'foreign' : 'damaged',
      })
    }
    expect(decodeEntry(bytes.subarray(0, HEADER)).ok).toBe(true)
  })

  it('never throw, whatever they are', () => {
    const envelope = fc.tuple(fc.constantFrom(0, 1, 4), fc.uint8Array({ maxLength: 200 }))
    const close = envelope.map(([codec, rest]) => Uint8Array.of(0xc1, 1, codec, 0x10, ...rest))
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), close), (bytes) => {
        const decoded = decodeEntry(bytes)
        expect(decoded.ok || ['foreign', 'version', 'unsupported', 'damaged'].includes(decoded.reason)).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  it('give a sound entry or a reason after any one byte changed, and another first byte is always foreign', () => {
    const bytes = encodeEntry(sample)
    for (let at = 0; at < bytes.length; at++) {
      for (let change = 1; change < 256; change++) {
        const mutant = Uint8Array.from(bytes)
        mutant[at] = (bytes[at] ?? 0) ^ change
        const decoded = decodeEntry(mutant)
        if (at === 0) expect(decoded).toStrictEqual({ ok: false, reason: 'foreign' })
        if (at === 1) expect(decoded).toStrictEqual({ ok: false, reason: 'version' })
        if (decoded.ok) expect(Buffer.from(encodeEntry(decoded.entry)).equals(mutant)).toBe(true)
      }
    }
  })
})
