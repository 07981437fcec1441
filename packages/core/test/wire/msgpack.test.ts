import { isDeepStrictEqual } from 'node:util'
import { describe, expect, it } from 'vitest'
import { decodeValue, encodeValue, isDamaged } from '../../src/wire/index.ts'
import { scanMessage } from '../../src/wire/msgpack-scan.ts'

const written = (value: unknown) => encodeValue(value, 'msgpack')

describe('MessagePack', () => {
  it('takes what JSON keeps, and bytes, NaN and the infinities beside it', () => {
    for (const value of [null, true, 1, 'a', [], {}, { n: Number.NaN, up: Infinity }, { file: Uint8Array.of(1, 2, 3) }])
      expect(written(value).codec).toBe('msgpack')
    expect(written(Uint8Array.of(1)).codec).toBe('bytes')
  })

  it('leaves to other codecs what it would change', () => {
    expect(written(-0).codec).toBe('devalue')
    expect(written({ at: new Date(0) }).codec).toBe('devalue')
    expect(written({ none: undefined }).codec).toBe('devalue')
    expect(written(new Map([[1, 2]])).codec).toBe('devalue')
    expect(written(1n).codec).toBe('devalue')
    expect(written('\ud83c').codec).toBe('json')
    expect(written(`\ufeff${'long '.repeat(100)}`).codec).toBe('json')
    expect(written(JSON.parse('{"__proto__":{"admin":true}}')).codec).toBe('json')
  })

  it('refuses what no codec keeps', () => {
    class Dish {
      name = 'ramen'
    }
    for (const value of [() => 1, Symbol('s'), new Dish(), { a: Promise.resolve() }])
      expect(() => written(value)).toThrow(/would not come back the same/)
  })

  it('keeps whole numbers and fractions of any size, and long and short text', () => {
    const value = {
      numbers: [0, 127, 128, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER, 2 ** 60, 1e300],
      negative: [-1, -32, -33, -128, -129, -32_769, -(2 ** 31) - 1, Number.MIN_SAFE_INTEGER, -0.5, 5e-324],
      text: ['', 'é', '料理 🍜', 'a'.repeat(31), 'b'.repeat(32), 'c'.repeat(256), 'd'.repeat(70_000)],
      list: Array.from({ length: 70_000 }, (_, n) => n),
    }
    const { codec, payload } = written(value)
    const decoded = decodeValue(codec, payload)
    expect(codec).toBe('msgpack')
    expect(decoded.ok && isDeepStrictEqual(decoded.value, value)).toBe(true)
  })

  it("gives bytes that are their reader's own", () => {
    const { codec, payload } = written({ file: Uint8Array.of(1, 2, 3), list: [Buffer.from('ab')] })
    const read = (): { file: Uint8Array; list: Uint8Array[] } => {
      const decoded = decodeValue(codec, payload)
      if (!decoded.ok || decoded.sharable) throw new Error('not decoded, or shared')
      return decoded.value as { file: Uint8Array; list: Uint8Array[] } // what was written above
    }
    read().file.fill(9)
    read().list[0]?.fill(9)
    expect(read()).toStrictEqual({ file: Uint8Array.of(1, 2, 3), list: [Uint8Array.of(97, 98)] })
  })

  it('nests as deep as values may, and not deeper', () => {
    const nested = (levels: number): unknown => {
      let value: unknown = 1
      for (let level = 0; level < levels; level++) value = [value]
      return value
    }
    const deepest = written(nested(500))
    expect(deepest.codec).toBe('msgpack')
    expect(decodeValue('msgpack', deepest.payload).ok).toBe(true)
    expect(() => written(nested(501))).toThrow(/nested deeper than 500 levels/)
    expect(decodeValue('msgpack', Uint8Array.from([...Array<number>(501).fill(0x91), 1])).ok).toBe(false)
    expect(decodeValue('msgpack', new Uint8Array(1e6).fill(0x91)).ok).toBe(false)
  })

  it('pollutes no prototype', () => {
    const hostile = Buffer.concat([Buffer.of(0x81, 0xa9), Buffer.from('__proto__'), Buffer.of(0x81, 0xa5), Buffer.from('admin'), Buffer.of(0xc3)]) // prettier-ignore
    expect(decodeValue('msgpack', hostile)).toStrictEqual({ ok: false })
    expect(Object.hasOwn(Object.prototype, 'admin')).toBe(false)
  })
})

describe('bytes that are no MessagePack of ours', () => {
  const strange = {
    'a timestamp': 'd6ff00000000',
    'an extension of its own length': 'c7020a0102',
    'a whole number beyond 2^53 - 1': 'cf0020000000000000',
    'a negative one below': 'd3ffdfffffffffffff',
  }
  const damaged = {
    nothing: '',
    'a type that is never used': 'c1',
    'text that is cut': 'a361',
    'an array without its items': 'dd7fffffff',
    'arrays that claim more than there is, one in another': 'dd0000000add0000000a0101010101010101010101',
    'a map without its values': '81a161',
    'a number that is cut': 'cb0000',
    'more than one item': '0101',
  }

  it.each(Object.entries(strange))('%s is unreadable and stays', (_, hex) => {
    const payload = Buffer.from(hex, 'hex')
    expect(scanMessage(payload).kind).toBe('strange')
    expect(decodeValue('msgpack', payload)).toStrictEqual({ ok: false })
    expect(isDamaged('msgpack', payload)).toBe(false)
  })

  it.each(Object.entries(damaged))('%s is damage', (_, hex) => {
    const payload = Buffer.from(hex, 'hex')
    expect(scanMessage(payload).kind).toBe('damaged')
    expect(decodeValue('msgpack', payload)).toStrictEqual({ ok: false })
    expect(isDamaged('msgpack', payload)).toBe(true)
  })

  it('is cut MessagePack at any length', () => {
    const { payload } = written({ a: [1, 2.5, 'é', null], file: Uint8Array.of(1), big: 2 ** 40 })
    for (let length = 0; length < payload.length; length++)
      expect(scanMessage(payload.subarray(0, length)).kind).toBe('damaged')
  })
})
