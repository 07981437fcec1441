import { isDeepStrictEqual } from 'node:util'
import { describe, expect, it } from 'vitest'
import { RedstartError } from '../../src/errors.ts'
import { decodeValue, encodeValue } from '../../src/wire/index.ts'

function roundTrip(value: unknown): { codec: string; value: unknown; sharable: boolean } {
  const { codec, payload } = encodeValue(value)
  const decoded = decodeValue(codec, payload)
  if (!decoded.ok) throw new Error('not readable')
  return { codec, value: decoded.value, sharable: decoded.sharable }
}

describe('a value that JSON keeps whole', () => {
  const samples: Record<string, unknown> = {
    null: null,
    'an empty text': '',
    'half a surrogate pair': { '\ud800': ['\udc00', 'a\ud800b'] },
    'a byte order mark': '\ufeffx',
    'deep but allowed': nested(500),
    'a repeated reference': repeated(),
    'a key __proto__': JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'),
    'the largest numbers': [Number.MAX_VALUE, Number.MIN_VALUE, Number.MAX_SAFE_INTEGER, -0.1],
    'a text property toJSON': { toJSON: 'no method' },
  }
  it.each(Object.entries(samples))('%s is JSON, shared and equal', (_, value) => {
    const result = roundTrip(value)
    expect(result.codec).toBe('json')
    expect(result.sharable).toBe(true)
    expect(isDeepStrictEqual(result.value, value)).toBe(true)
  })
})

function nested(levels: number): unknown {
  let value: unknown = 'core'
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { value }
  return value
}

function repeated(): unknown {
  const one = { a: [1] }
  return { first: one, second: one }
}

it('names the place of what it refuses', () => {
  const refuse = () => encodeValue({ user: { avatar: () => 'secret' } })
  expect(refuse).toThrow(RedstartError)
  expect(refuse).toThrow(/\$\.user\.avatar is a function/)
})
