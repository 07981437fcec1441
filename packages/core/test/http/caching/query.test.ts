import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  MARKETING_PARAMETERS,
  normaliseQuery,
  withoutParameters,
  withParameters,
} from '../../../src/http/caching/query.ts'
import { anyText } from './any-text.ts'

const SORTED = { sort: true }

/** Queries of few names, so that they repeat, some written in several ways. */
const pairs = fc.oneof(
  fc.tuple(
    fc.constantFrom('a', 'b', '%61', 'a[]', 'a[x]', 'utm_source', '%75tm_x', 'q+r', ''),
    fc.constantFrom('', '=', '=1', '=2'),
  ),
  fc.tuple(fc.constantFrom('%', '%ff', '&', '?'), fc.constantFrom('', '=3')),
)
const queries = fc
  .option(fc.array(pairs, { maxLength: 6 }), { nil: undefined })
  .map((list) => (list === undefined ? '' : `?${list.map((pair) => pair.join('')).join('&')}`))

describe('a query in the key', () => {
  it.each([
    ['?a=1&b=2', '?b=2&a=1'],
    ['?a=1&b=2&a=3', '?b=2&a=1&a=3'],
    ['?b&a', '?a&b'],
    ['?a%20b=1&a=2&c', '?c&a%20b=1&a=2'],
  ])('is one for %s and %s', (one, other) => {
    expect(normaliseQuery(one, SORTED)).toBe(normaliseQuery(other, SORTED))
    expect(normaliseQuery(one, { sort: false })).toBe(one)
  })

  it.each([
    ['?a=1&a=2', '?a=2&a=1'],
    ['?a=1&%61=2', '?%61=2&a=1'],
    ['?a[]=1&a=2', '?a=2&a[]=1'],
    ['?a[x]=1&a[y]=2', '?a[y]=2&a[x]=1'],
    ['?[a]=1&a=2', '?a=2&[a]=1'],
    ['?a.x=1&a=2', '?a=2&a.x=1'],
    ['?+a=1&a=2', '?a=2&+a=1'],
    ['?%ff=1&a=2', '?a=2&%ff=1'],
    ['?a=1', '?a=%31'],
    ['?a', '?%61'],
    ['?A=1', '?a=1'],
    ['?a', '?a='],
    ['?', ''],
    ['?', '?&'],
    ['?a', '?a&'],
    ['?a&b', '?a&&b'],
    ['?a=b=c', '?a=b&c'],
  ])('tells %s from %s', (one, other) => {
    expect(normaliseQuery(one, SORTED)).not.toBe(normaliseQuery(other, SORTED))
  })

  it('leaves in its order what is so long that parsers read only its beginning', () => {
    const many = `?${Array.from({ length: 1200 }, (_, n) => `p${1200 - n}`).join('&')}`
    expect(normaliseQuery(many, SORTED)).toBe(many)
  })

  it.each([
    ['?utm_source=x&page=2&gclid=1', '?page=2'],
    ['?%75tm_source=x&page=2', '?page=2'],
    ['?utm_source=x', ''],
    ['?utm_source', ''],
    ['?&utm_source=x', '?'],
    ['?utm=1', '?utm=1'],
    ['?gclid[]=1', '?gclid[]=1'],
    ['?GCLID=1', '?GCLID=1'],
    ['?%ff=1&gclid=2', '?%ff=1'],
    ['?', '?'],
    ['', ''],
  ])('has of %s, without what marketing adds, %s', (query, left) => {
    expect(normaliseQuery(query, { ignore: MARKETING_PARAMETERS, sort: false })).toBe(left)
  })

  it.each([
    ['?page=2&x=1', '?page=2'],
    ['?filter[a]=1&x[page]=2', '?filter[a]=1'],
    ['?p%61ge=2&pages=1', '?p%61ge=2'],
    ['?sort_by=1&sort=2', '?sort_by=1'],
    ['?%=1&x', '?%=1'],
    ['?x=1', ''],
    ['?', ''],
  ])('has of %s what is listed alone: %s', (query, left) => {
    expect(normaliseQuery(query, { include: ['page', 'filter', 'sort_*'], sort: false })).toBe(left)
  })

  it('leaves out what is on both lists', () => {
    expect(normaliseQuery('?page=1&q=2', { include: ['page', 'q'], ignore: ['q'], sort: true })).toBe('?page=1')
  })

  it('keeps the order of every name as decoded, and loses nothing', () => {
    fc.assert(
      fc.property(queries, (query) => {
        const sorted = normaliseQuery(query, SORTED)
        expect(sorted.slice(1).split('&').sort()).toEqual(query.slice(1).split('&').sort())
        const [one, other] = [query, sorted].map((text) => new URL(`http://a.example/${text}`).searchParams)
        for (const name of one?.keys() ?? []) expect(other?.getAll(name)).toEqual(one?.getAll(name))
        expect(normaliseQuery(sorted, SORTED)).toBe(sorted)
      }),
    )
  })

  it('is that of the target that the handler is given', () => {
    fc.assert(
      fc.property(queries, (query) => {
        const ignore = ['utm_*', 'b']
        const hidden = withoutParameters(`/path${query}`, ignore).slice('/path'.length)
        expect(normaliseQuery(hidden, SORTED)).toBe(normaliseQuery(query, { ignore, sort: true }))
        const include = ['a', 'q r']
        const shown = withParameters(`/path${query}`, include).slice('/path'.length)
        expect(normaliseQuery(shown, SORTED)).toBe(normaliseQuery(query, { include, sort: true }))
      }),
    )
  })

  it('never throws', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(typeof normaliseQuery(`?${text}`, { ignore: ['a*'], include: ['*'], sort: true })).toBe('string')
      }),
    )
  })
})

describe('a target without parameters', () => {
  it.each([
    ['/p?utm_source=x', '/p'],
    ['/p?a=1&utm_source=x&b', '/p?a=1&b'],
    ['/p?b=2&a=1', '/p?b=2&a=1'],
    ['/utm_x', '/utm_x'],
    ['/p?', '/p?'],
    ['/p?a?utm_x=1', '/p?a?utm_x=1'],
  ])('is, of %s, %s', (target, left) => {
    expect(withoutParameters(target, MARKETING_PARAMETERS)).toBe(left)
  })

  it('or with some alone has the others in their order', () => {
    expect(withParameters('/p?b=2&c=3&a=1', ['a', 'b'])).toBe('/p?b=2&a=1')
  })
})
