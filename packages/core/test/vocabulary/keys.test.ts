import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  checkApp,
  checkNamespace,
  checkPath,
  checkTag,
  type Key,
  type KeyPart,
  keyText,
  LONGEST_PATH,
} from '../../src/keys.ts'

const path = (key: Key): string => checkPath(`shop:${keyText(key)}`, key)
const text = fc.string({ minLength: 1, maxLength: 8 }).filter((part) => /^[^\p{Cc}\p{Surrogate}]+$/u.test(part))
const texts = fc.array(text, { minLength: 1, maxLength: 5 })
const part = fc.oneof(text, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.bigInt(), fc.boolean())
/** The text that a part means: what makes two keys the same. */
const meaning = (value: KeyPart): string => (Object.is(value, -0) ? '0' : String(value))

describe('a key', () => {
  it.each<[Key, string]>([
    ['dish', 'shop:dish'],
    ['dish:42:sv', 'shop:dish:42:sv'],
    [42, 'shop:42'],
    [-0, 'shop:0'],
    [0.1, 'shop:0.1'],
    [2n ** 64n, 'shop:18446744073709551616'],
    [['dish', 42, true, 7n], 'shop:dish:42:true:7'],
    [['a:b', '50%'], 'shop:a%3Ab:50%25'],
    ['__proto__', 'shop:__proto__'],
    ['räksmörgås 🦐', 'shop:räksmörgås 🦐'],
  ])('%s has the path %s', (key, expected) => {
    expect(path(key)).toBe(expected)
  })

  it('is the same typed as text or as number', () => {
    fc.assert(
      fc.property(fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.bigInt()), (number) => {
        expect(path(number)).toBe(path(meaning(number)))
        expect(path(['order', number])).toBe(path(['order', meaning(number)]))
        expect(path([number])).toBe(path(number))
      }),
    )
  })

  it('of parts never meets one of other parts', () => {
    fc.assert(
      fc.property(texts, texts, (one, other) => {
        expect(path(one) === path(other)).toBe(JSON.stringify(one) === JSON.stringify(other))
      }),
    )
  })

  it('of parts never meets one that was cut elsewhere', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(':', '%', '3A', '%3A', 'a', '25'), { minLength: 2, maxLength: 8 }),
        fc.nat(),
        fc.nat(),
        (pieces, a, b) => {
          const cut = (at: number): string[] => {
            const index = 1 + (at % (pieces.length - 1))
            return [pieces.slice(0, index).join(''), pieces.slice(index).join('')]
          }
          expect(path(cut(a)) === path(cut(b))).toBe(cut(a)[0] === cut(b)[0])
        },
      ),
    )
  })

  it('of any parts is as many parts again, each unescaped to what it means', () => {
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
        const pieces = path(parts).slice('shop:'.length).split(':')
        expect(pieces.map((piece) => piece.replaceAll('%3A', ':').replaceAll('%25', '%'))).toEqual(parts.map(meaning))
      }),
    )
  })

  it('may be as long as 1024 characters, namespace included', () => {
    const longest = 'x'.repeat(LONGEST_PATH - 'shop:'.length)
    expect(path(longest)).toHaveLength(1024)
    expect(() => path(`${longest}x`)).toThrow(/expected at most 1024 characters, namespace included/)
  })
})

describe('a word', () => {
  const good = ['a', '0', 'shop', 'shop-2.eu_west', 'x'.repeat(64), 'constructor']
  const bad = [
    '',
    '-a',
    '.a',
    '_a',
    '__proto__',
    'a:b',
    'a b',
    'a\n',
    'ä',
    '{a}',
    'x'.repeat(65),
    5,
    null,
    undefined,
    ['a'],
  ]

  it.each(good)('%j names an app and a namespace', (word) => {
    expect(checkApp(word)).toBe(word)
    expect(checkNamespace(word)).toBe(word)
  })

  it.each(bad)('%j names neither', (word) => {
    expect(() => checkApp(word)).toThrow(/^app is .*; expected 1 to 64 of A-Z a-z 0-9/)
    expect(() => checkNamespace(word)).toThrow(/^namespace is .*; expected 1 to 64 of A-Z a-z 0-9/)
  })

  it('is a tag when it is 1 to 256 characters of text', () => {
    for (const tag of ['a', 'order:42 *', 'x'.repeat(256), '🦐']) expect(checkTag(tag)).toBe(tag)
    for (const tag of [
      '',
      'x'.repeat(257),
      'a\nb',
      'a\u0000',
      'a\u0085',
      '\ud800',
      'a\udc00',
      5,
      null,
      undefined,
      {},
    ]) {
      expect(() => checkTag(tag)).toThrow(/^tag is .*; expected a string of 1 to 256 characters/)
    }
  })
})
