import { describe, expect, test } from 'vitest'
import { cpuTimeOf } from '../cpu-time.ts'
import { decodeValue, encodeValue, isDamaged } from '../../src/wire/index.ts'

const LONGEST = 10n ** 10_000n - 1n

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

describe('a BigInt', () => {
  test.each([LONGEST, -LONGEST])('of 10,000 digits is kept', (value) => {
    const { codec, payload } = encodeValue({ value })
    expect(decodeValue(codec, payload)).toMatchObject({ ok: true, value: { value } })
    expect(isDamaged(codec, payload)).toBe(false)
  })

  test.each([LONGEST + 1n, -LONGEST - 1n, Object(LONGEST + 1n)])('with one digit more is refused', (value) => {
    expect(() => encodeValue({ list: [value] })).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED_VALUE', message: expect.stringContaining('$.list[0]') }),
    )
  })

  test.each([
    ['that takes seconds to read', `[{"n":1},["BigInt","${'9'.repeat(7 << 20)}"]]`],
    ['in another spelling', `[{"n":1},["BigInt","0x${'f'.repeat(20_000)}"]]`],
    ['that is no text', `[{"n":1},["BigInt",["${'9'.repeat(20_000)}"]]]`],
    ['as the value itself', `[["BigInt","${'9'.repeat(20_000)}"]]`],
  ])('%s is damaged, and not read', (_, text) => {
    const payload = bytesOf(text)
    const taken = cpuTimeOf(() => {
      expect(decodeValue('devalue', payload)).toEqual({ ok: false })
      expect(isDamaged('devalue', payload)).toBe(true)
    })
    expect(taken).toBeLessThan(1000)
  })
})
