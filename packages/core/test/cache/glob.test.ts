import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cpuTimeOf } from '../cpu-time.ts'
import { glob } from '../../src/index.ts'

const matches = (pattern: string, text: string): boolean => glob.compile(pattern).matches(text)

describe('a pattern', () => {
  test.each([
    ['orders:*', 'orders:1', true],
    ['orders:*', 'orders:', true],
    ['orders:*', 'orders', false],
    ['orders:*', 'Orders:1', false],
    ['*', 'anything:at:all', true],
    ['*:1', 'a:b:1', true],
    ['*:1', 'a:b:12', false],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'a-c-b', false],
    ['**a**', 'bab', true],
    ['a?c', 'abc', true],
    ['a?c', 'a😀c', true],
    ['a?c', 'ac', false],
    ['a?c', 'abbc', false],
    ['[abc]x', 'bx', true],
    ['[abc]x', 'dx', false],
    ['[a-c]', 'b', true],
    ['[c-a]', 'b', true],
    ['[^a-c]', 'b', false],
    ['[^a-c]', 'é', true],
    ['[à-ü]', 'é', true],
    ['[a-]', '-', true],
    ['[a\\-c]', 'b', false],
    ['[a\\-c]', '-', true],
    ['[\\]]', ']', true],
    ['[.]', 'x', false],
    ['[]', 'x', false],
    ['[^]', 'x', true],
    ['a]', 'a]', true],
    ['\\*', '*', true],
    ['\\*', 'a', false],
    ['\\\\', '\\', true],
    ['\\a', 'a', true],
    ['.*', 'ab', false],
    ['(a|b)+$', '(a|b)+$', true],
    ['a{1}', 'a{1}', true],
  ])('%j and %j: %j', (pattern, text, expected) => expect(matches(pattern, text)).toBe(expected))

  test.each([
    ['', /expected a pattern of 1 to 2048 characters/],
    ['x'.repeat(2049), /expected a pattern of 1 to 2048 characters/],
    [7, /expected a pattern/],
    [undefined, /expected a pattern/],
    [/a/, /expected a pattern/],
    ['orders:[1', /expected a '\]' for every '\['/],
    ['orders:[1\\]', /expected a '\]' for every '\['/],
    ['orders:\\', /expected a character behind its last '\\'/],
    ['orders:\n', /no control characters/],
    ['\ud800', /no lone surrogates/],
  ])('%j is refused', (pattern, message) => {
    // JavaScript passes anything.
    const refused = (): unknown => glob.compile(pattern as string)
    expect(refused).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    expect(refused).toThrow(message)
  })

  test.each([
    ['orders:42', 'one', 'orders:42'],
    ['orders:4\\*', 'one', 'orders:4*'],
    ['orders:*', 'beginning', 'orders:'],
    ['orders:4***', 'beginning', 'orders:4'],
    ['*', 'beginning', ''],
    ['orders:*:x', 'pattern', 'orders:'],
    ['orders:?', 'pattern', 'orders:'],
    ['[o]rders:*', 'pattern', ''],
    ['orders:\\**', 'beginning', 'orders:*'],
  ])('%j is a %s of %j', (pattern, shape, literal) => expect(glob.compile(pattern)).toMatchObject({ shape, literal }))

  test('that is escaped text matches that text alone', () => {
    const text = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 20 })
      .filter((each) => /^[^\p{Cc}\p{Surrogate}]+$/u.test(each))
    fc.assert(
      fc.property(text, text, (one, other) => {
        expect(matches(glob.escape(one), one)).toBe(true)
        expect(matches(glob.escape(one), other)).toBe(one === other)
        expect(glob.compile(glob.escape(one))).toMatchObject({ shape: 'one', literal: one })
      }),
    )
  })

  test('means what a regular expression of the same meaning does', () => {
    fc.assert(
      fc.property(
        fc.array(step),
        fc.string({ unit: fc.constantFrom('a', 'b', 'c', '-', ':', '*', 'é', '😀') }),
        (steps, text) => {
          fc.pre(steps.length > 0)
          const expression = new RegExp(`^${steps.map((each) => each.expression).join('')}$`, 'su')
          expect(matches(steps.map((each) => each.pattern).join(''), text)).toBe(expression.test(text))
        },
      ),
      { numRuns: 3000 },
    )
  })

  test('takes no time to speak of, however it is made', () => {
    const pattern = `${'*a'.repeat(500)}*b`
    const taken = cpuTimeOf(() => expect(matches(pattern, 'a'.repeat(1024))).toBe(false))
    expect(taken).toBeLessThan(500)
  })
})

/** Parts of patterns, each beside what it means. */
const step = fc.constantFrom(
  { pattern: 'a', expression: 'a' },
  { pattern: 'é', expression: 'é' },
  { pattern: '😀', expression: '😀' },
  { pattern: ':', expression: ':' },
  { pattern: '*', expression: '.*' },
  { pattern: '?', expression: '.' },
  { pattern: '\\*', expression: '\\*' },
  { pattern: '[ab]', expression: '[ab]' },
  { pattern: '[a-c]', expression: '[a-c]' },
  { pattern: '[^a-c]', expression: '[^a-c]' },
  { pattern: '[^é]', expression: '[^é]' },
  { pattern: '[a\\-]', expression: '[a\\-]' },
)
