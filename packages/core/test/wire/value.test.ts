import { isDeepStrictEqual } from 'node:util'
import { describe, expect, it } from 'vitest'
import { DEEPEST_VALUE, decodeValue, encodeValue } from '../../src/wire/index.ts'

function roundTrip(value: unknown): { codec: string; value: unknown; sharable: boolean } {
  const { codec, payload } = encodeValue(value)
  const decoded = decodeValue(codec, payload)
  if (!decoded.ok) throw new Error('the payload was refused')
  return { codec, value: decoded.value, sharable: decoded.sharable }
}

function nested(levels: number, core: unknown = 'core'): unknown {
  let value = core
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { value }
  return value
}

function looped(): unknown {
  const loop: unknown[] = [1]
  loop.push({ loop })
  return loop
}

const one = { a: [1] }

describe('what comes back the same', () => {
  const json: Readonly<Record<string, unknown>> = {
    null: null,
    'an empty text': '',
    'half surrogate pairs': { '\ud800': ['\udc00', 'a\ud800b'] },
    'a byte order mark': '\ufeffx',
    'the largest and smallest numbers': [Number.MAX_VALUE, Number.MIN_VALUE, Number.MAX_SAFE_INTEGER, -0.1],
    'the deepest nesting': nested(DEEPEST_VALUE),
    'a repeated reference': { first: one, second: [one, one] },
    'names of prototypes': JSON.parse('{"__proto__":{"x":1},"constructor":{"prototype":{"x":1}},"hasOwnProperty":1}'),
    'a text named toJSON': { toJSON: 'text' },
    'more objects than the quick look takes': Array.from({ length: 25_000 }, () => ({})),
    'a frozen object': Object.freeze({ a: 1 }),
  }
  const shared: Readonly<Record<string, unknown>> = {
    undefined,
    'a bigint': 10n ** 30n,
    'odd numbers': [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0],
    'undefined inside': { a: undefined, b: [undefined] },
    'a null prototype': { inside: Object.assign(Object.create(null) as object, { a: 1 }) },
    'an array with a hole': [1, , 3], // oxlint-disable-line no-sparse-arrays
    'a cycle': looped(),
    'half surrogate pairs beside a bigint': ['\ud800', { '\udc00': 1n }],
    'the deepest nesting': nested(DEEPEST_VALUE, 1n),
  }
  const own: Readonly<Record<string, unknown>> = {
    bytes: Uint8Array.of(1, 2, 255),
    'a date': { at: new Date(1e12) },
    'a map with a cycle': new Map<unknown, unknown>([[{ a: 1 }, new Set([Number.NaN, undefined])]]),
    'typed arrays': [
      Float64Array.of(Number.NaN, -0),
      BigInt64Array.of(-1n),
      new Uint8ClampedArray(3),
      new Uint8Array(),
    ],
    'part of a buffer': [new Uint16Array(Uint8Array.of(1, 2, 3, 4, 5, 6).buffer, 2, 1)],
    'a shared buffer': [new Uint8Array(new SharedArrayBuffer(4))],
    'a buffer and its view': [new ArrayBuffer(3), new DataView(new ArrayBuffer(4), 1, 2)],
    'a regular expression': [/a\/\n[/]/giu, new RegExp('')],
    'boxed primitives': [Object(1), Object('text'), Object(false), Object(1n), Object(-0)],
    'a sparse array': Object.assign([], { 1_000_000: 1 }),
    'the longest array': Object.assign([], { length: 2 ** 32 - 1 }),
  }

  it.each(Object.entries(json))('%s, as JSON', (_, value) => {
    const result = roundTrip(value)
    expect(result).toMatchObject({ codec: 'json', sharable: true })
    expect(isDeepStrictEqual(result.value, value)).toBe(true)
  })

  it.each(Object.entries(shared))('%s, frozen', (_, value) => {
    const result = roundTrip(value)
    expect(result).toMatchObject({ codec: 'devalue', sharable: true })
    expect(isDeepStrictEqual(result.value, value)).toBe(true)
    expect(Object.isFrozen(result.value)).toBe(true)
  })

  it.each(Object.entries(own))('%s, made anew for each', (_, value) => {
    const result = roundTrip(value)
    expect(result.sharable).toBe(false)
    expect(isDeepStrictEqual(result.value, value)).toBe(true)
  })

  it('URL, URLSearchParams and an invalid Date, which deep equality cannot compare', () => {
    const { value } = roundTrip([
      new URL('https://x.example/a?b=ü#c'),
      new URLSearchParams('a=1&a=2'),
      new Date(Number.NaN),
    ])
    const [url, query, date] = value as [URL, URLSearchParams, Date] // as written one line above
    expect([url, query, date]).toStrictEqual([expect.any(URL), expect.any(URLSearchParams), expect.any(Date)])
    expect([url.href, query.toString(), date.getTime()]).toStrictEqual([
      'https://x.example/a?b=%C3%BC#c',
      'a=1&a=2',
      Number.NaN,
    ])
  })
})

describe('what comes back in another shape', () => {
  it('is a Buffer: as a Uint8Array', () => {
    expect(roundTrip(Buffer.from('hi'))).toStrictEqual({
      codec: 'bytes',
      value: Uint8Array.of(104, 105),
      sharable: false,
    })
    expect(roundTrip({ in: Buffer.from('hi') }).value).toStrictEqual({ in: Uint8Array.of(104, 105) })
  })

  it('is an accessor: as the value that it gave', () => {
    const value = {
      get answer() {
        return 42
      },
    }
    expect(Object.getOwnPropertyDescriptor(roundTrip(value).value, 'answer')).toMatchObject({ value: 42 })
  })

  it('is a repeated reference in small JSON: as two equal objects, while large ones stay one', () => {
    const { first, second } = roundTrip({ first: one, second: one }).value as { first: unknown; second: unknown } // as above
    expect(first).not.toBe(second)
    let doubled: unknown[] = [1]
    for (let level = 0; level < 40; level++) doubled = [doubled, doubled]
    const [left, right] = roundTrip(doubled).value as unknown[] // two references, by the loop above
    expect(left).toBe(right)
  })
})

describe('isolation', () => {
  it('stores the bytes that a view shows and none of the pool around it', () => {
    const pool = Buffer.from('password123')
    const { payload } = encodeValue({ part: new Uint8Array(pool.buffer, pool.byteOffset, 4) })
    expect(Buffer.from(payload).toString()).toBe(`[{"part":1},["Uint8Array",2],["ArrayBuffer","${btoa('pass')}"]]`)
  })

  it('does not keep or hand out the memory of bytes', () => {
    const value = Uint8Array.of(1, 2)
    const { codec, payload } = encodeValue(value)
    value[0] = 9
    const first = decodeValue(codec, payload)
    if (first.ok) (first.value as Uint8Array)[1] = 9 // the codec's type
    expect(decodeValue(codec, payload)).toStrictEqual({ ok: true, value: Uint8Array.of(1, 2), sharable: false })
  })

  it('freezes every level of what is shared', () => {
    const { value } = roundTrip({ list: [{ deep: {} }], none: undefined })
    const { list } = value as { list: { deep: object }[] } // as written one line above
    expect([value, list, list[0], list[0]?.deep].map(Object.isFrozen)).toStrictEqual([true, true, true, true])
  })

  it('never changes a prototype', () => {
    const { value } = roundTrip(JSON.parse('{"__proto__":{"polluted":true}}'))
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect(Object.hasOwn(value as object, '__proto__')).toBe(true)
    expect('polluted' in {}).toBe(false)
  })
})
