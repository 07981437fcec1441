import fc from 'fast-check'
import * as oracle from 'structured-headers'
import { describe, expect, it } from 'vitest'
import { type BareItem, parseDictionary, parseList } from '../../../src/http/caching/structured-fields.ts'

const TRUE = { kind: 'boolean', is: true } as const
const OTHER = { kind: 'other' } as const
const integer = (text: string): BareItem => ({ kind: 'integer', text })
const string = (text: string): BareItem => ({ kind: 'string', text })
const token = (text: string): BareItem => ({ kind: 'token', text })

describe('parseDictionary', () => {
  it.each<[field: string, members: readonly (readonly [string, BareItem])[]]>([
    ['', []],
    ['  ', []],
    ['max-age=60', [['max-age', integer('60')]]],
    // RFC 9651 3.2.
    [
      'en="Applepie", da=:w4ZibGV0w6ZydGU=:',
      [
        ['en', string('Applepie')],
        ['da', OTHER],
      ],
    ],
    [
      'a=?0, b, c; foo=bar',
      [
        ['a', { kind: 'boolean', is: false }],
        ['b', TRUE],
        ['c', TRUE],
      ],
    ],
    [
      'rating=1.5, feelings=(joy sadness)',
      [
        ['rating', OTHER],
        ['feelings', OTHER],
      ],
    ],
    [
      'a=(1 2), b=3, c=4;aa=bb, d=(5 6);valid',
      [
        ['a', OTHER],
        ['b', integer('3')],
        ['c', integer('4')],
        ['d', OTHER],
      ],
    ],
    [
      'a=@1659578233, b=%"f%c3%bc"',
      [
        ['a', OTHER],
        ['b', OTHER],
      ],
    ],
    [
      'a=1, b=2, a=3',
      [
        ['b', integer('2')],
        ['a', integer('3')],
      ],
    ],
    [
      ' a=1 \t,\t b=x/y:z ',
      [
        ['a', integer('1')],
        ['b', token('x/y:z')],
      ],
    ],
    ['*a="\\"\\\\"', [['*a', string('"\\')]]],
  ])('reads %j', (field, members) => {
    expect([...(parseDictionary(field) ?? [])]).toEqual(members)
  })

  it.each([
    'max-age=10000, &&&&&',
    'MaX-aGe=3600',
    'max-age =100',
    'max-age= 100',
    'a,',
    ',a',
    'a,,b',
    'a=',
    'a;',
    'a; B',
    'a;b=',
    'a=1.',
    'a=1.2345',
    'a=1234567890123456',
    'a=1234567890123.1',
    'a=--1',
    'a="x',
    'a="\\x"',
    'a="ü"',
    'a=?2',
    'a=(1',
    'a=(1,2)',
    'a=(1 2)(3)',
    'a=((1))',
    'a=:*:',
    'a=:a:',
    'a=:=:',
    'a=@1.5',
    'a=@x',
    'a=%"%C3%BC"',
    'a=%"%ff"',
    'a="b" c',
    "max-age='1'",
    '\ta',
    'private; max-age=60;',
  ])('refuses %j', (field) => {
    expect(parseDictionary(field)).toBeUndefined()
  })
})

describe('parseList', () => {
  it.each<[field: string, items: readonly BareItem[]]>([
    ['', []],
    ['"a", "b";x=1', [string('a'), string('b')]],
    ['sugar, tea, rum', [token('sugar'), token('tea'), token('rum')]],
    ['("foo" "bar"), ("baz"), (), ( a;b=1  c );d', [OTHER, OTHER, OTHER, OTHER]],
    ['-42, 0042', [integer('-42'), integer('0042')]],
  ])('reads %j', (field, items) => {
    expect(parseList(field)).toEqual(items)
  })
})

describe('as structured-headers reads them', () => {
  // No dates: of these it takes none that has anything behind it.
  const piece = fc.constantFrom(
    ...[
      'a',
      'b-c',
      '*x',
      'A',
      '=',
      ',',
      ', ',
      ';',
      '; ',
      ' ',
      '\t',
      '"',
      '"x"',
      '"\\""',
      '\\',
      '(',
      ')',
      '?0',
      '?1',
      '?',
    ],
    ...['1', '-1', '12.5', '.', '1234567890123456', ':', ':aGk=:', '%"', '%"a%c3%bc"', '%', 'ü', '/', "'"],
  )
  const fieldsOf = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''))

  it.each([
    ['dictionaries', parseDictionary, oracle.parseDictionary],
    ['lists', parseList, oracle.parseList],
  ] as const)('accepts the same %s', (_, own, theirs) => {
    fc.assert(
      fc.property(fieldsOf, (field) => {
        expect({ field, read: own(field) !== undefined }).toEqual({ field, read: isRead(() => theirs(field)) })
      }),
      { numRuns: 2000 },
    )
  })

  it('finds the same values', () => {
    const items = fc.oneof(
      fc.integer().map((value) => ({ text: String(value), item: integer(String(value)) })),
      fc.stringMatching(/^[ -~]*$/).map((value) => ({ text: JSON.stringify(value), item: string(value) })),
      fc.stringMatching(/^[A-Za-z*][\w!#$%&'*+.^`|~:/-]*$/).map((value) => ({ text: value, item: token(value) })),
      fc.boolean().map((is) => ({ text: is ? '?1' : '?0', item: { kind: 'boolean', is } as const })),
    )
    fc.assert(
      fc.property(fc.array(items), (list) => {
        const field = list.map(({ text }) => text).join(', ')
        expect(parseList(field)).toEqual(list.map(({ item }) => item))
        expect(oracle.parseList(field)).toHaveLength(list.length)
      }),
    )
  })
})

function isRead(read: () => unknown): boolean {
  try {
    read()
    return true
  } catch {
    return false
  }
}
