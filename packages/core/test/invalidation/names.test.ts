import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EVERYTHING, impliedNames, keyName, prefixName, tagName } from '../../src/invalidation/names.ts'

describe('the names of a path', () => {
  it('are its own, everything and each prefix that ends at a colon', () => {
    expect(impliedNames('menu:dish:42')).toEqual(['k:menu:dish:42', 'p:', 'p:menu:', 'p:menu:dish:'])
    expect(impliedNames('menu:a::b')).toEqual(['k:menu:a::b', 'p:', 'p:menu:', 'p:menu:a:', 'p:menu:a::'])
  })

  it('are at most eight prefixes', () => {
    const names = impliedNames('1:2:3:4:5:6:7:8:9:10')
    expect(names).toHaveLength(2 + 8)
    expect(names.at(-1)).toBe('p:1:2:3:4:5:6:7:8:')
  })

  it('hold the name of every prefix that may be invalidated, and of no other', () => {
    const word = fc.string({ minLength: 1, maxLength: 3, unit: fc.constantFrom('a', 'b') })
    const words = fc.array(word, { minLength: 2, maxLength: 12 })
    fc.assert(
      fc.property(words, words, (one, other) => {
        const path = one.join(':')
        const names = impliedNames(path)
        expect(names).toContain(keyName(path))
        expect(names).toContain(EVERYTHING)
        for (let depth = 1; depth <= Math.min(8, other.length - 1); depth++) {
          const prefix = `${other.slice(0, depth).join(':')}:`
          expect(names.includes(prefixName(prefix))).toBe(path.startsWith(prefix))
        }
      }),
    )
  })
})

describe('a prefix', () => {
  it.each(['menu:', 'menu:dish:', '1:2:3:4:5:6:7:8:', 'menu::'])('may be %j', (prefix) => {
    expect(prefixName(prefix)).toBe(`p:${prefix}`)
  })

  it.each([
    '',
    ':',
    'menu',
    'menu:dish',
    '1:2:3:4:5:6:7:8:9:',
    `menu:${'x'.repeat(1024)}:`,
    5,
    null,
    undefined,
    ['menu:'],
  ])('may not be %j', (prefix) => {
    expect(() => prefixName(prefix)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringMatching(/^(prefix|namespace) is /) }),
    )
  })

  it('begins with a namespace', () => {
    expect(() => prefixName('my menu:')).toThrow(/^namespace is "my menu"/)
    expect(() => prefixName('__proto__:')).toThrow(/^namespace is "__proto__"/)
  })
})

it('names of different kinds never meet', () => {
  expect(tagName('menu:')).not.toBe(prefixName('menu:'))
  expect(tagName('menu:1')).not.toBe(keyName('menu:1'))
  expect(tagName('k:menu:1')).toBe('t:k:menu:1')
})
