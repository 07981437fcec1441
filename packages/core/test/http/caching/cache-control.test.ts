import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { deltaSeconds, listedFields, parseCacheControl } from '../../../src/http/caching/cache-control.ts'
import { cpuTimeOf } from '../../cpu-time.ts'

describe('parseCacheControl', () => {
  it.each<[field: string | undefined, directives: Record<string, string | true>]>([
    [undefined, {}],
    ['', {}],
    [' , ,', {}],
    ['no-store', { 'no-store': true }],
    ['No-StOrE', { 'no-store': true }],
    ['public, max-age=60 ,\tS-MaxAge=30', { public: true, 'max-age': '60', 's-maxage': '30' }],
    ['private, community="UCI"', { private: true, community: 'UCI' }],
    ['max-age="3600"', { 'max-age': '3600' }],
    ['a="b\\"c\\\\d"', { a: 'b"c\\d' }],
    ['a=', { a: '' }],
    ['a=""', { a: '' }],
    ["max-age='3600'", { 'max-age': "'3600'" }],
    // Quoted text hides what looks like a directive.
    ['extension="max-age=3600", max-age=1', { extension: 'max-age=3600', 'max-age': '1' }],
    ['max-age=1, extension="max-age=3600"', { 'max-age': '1', extension: 'max-age=3600' }],
    ['"private", public', { public: true }],
    ['a="x, private", b', { a: 'x, private', b: true }],
    // Unless it has no end.
    ['a="x, private', { a: '= x', private: true }],
    ['a="x\\', { a: '= x\\' }],
    ['", private', { private: true }],
    // What others write.
    ['private; max-age=60', { private: true, 'max-age': '60' }],
    ['private max-age=60', { private: true, 'max-age': '60' }],
    ['max-age=60;private', { 'max-age': '60', private: true }],
    // The smallest age.
    ['max-age=1800, max-age=1', { 'max-age': '1' }],
    ['max-age=1, max-age=1800', { 'max-age': '1' }],
    ['max-age=1, max-age=abc', { 'max-age': 'abc' }],
    ['s-maxage=5, s-maxage=4', { 's-maxage': '4' }],
    ['stale-if-error=3, stale-if-error=2', { 'stale-if-error': '2' }],
    ['stale-while-revalidate=3, stale-while-revalidate=2', { 'stale-while-revalidate': '2' }],
    // The first of anything else.
    ['a=1, a=2', { a: '1' }],
    ['max-stale=5, max-stale', { 'max-stale': '5' }],
    ['min-fresh=5, min-fresh=4', { 'min-fresh': '5' }],
    // Lists of fields.
    ['no-cache="a"', { 'no-cache': 'a' }],
    ['no-cache="a, b"', { 'no-cache': 'a, b' }],
    ['no-cache="a", max-age=1, no-cache="b"', { 'no-cache': 'a, b', 'max-age': '1' }],
    ['no-cache="a", no-cache', { 'no-cache': true }],
    ['private, private="a"', { private: true }],
    ['no-cache=" a ,\tb "', { 'no-cache': ' a ,\tb ' }],
    ['private="^a"', { private: '^a' }],
    ['private="a, ^b"', { private: 'a, ^b' }],
    ['private = "a"', { private: 'a' }],
    ['private=a', { private: true }],
    ['private=""', { private: true }],
    ['private="a b"', { private: true }],
    ['private="a,,b"', { private: true }],
    ['private="a', { private: true }],
    ['__proto__=1, constructor=2', { ['__proto__']: '1', constructor: '2' }],
  ])('reads %j', (field, directives) => {
    expect([...parseCacheControl(field)]).toEqual(Object.entries(directives))
  })

  it('throws for no text, and forgets no bare directive beside commas', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseCacheControl(text)).toBeInstanceOf(Map)
        expect(parseCacheControl(`private, ${text}`).get('private')).toBe(true)
        expect(parseCacheControl(`${text.replaceAll(/["\\]/g, '')}, private`).get('private')).toBe(true)
      }),
    )
  })

  it.each(['"\\', '"', 'a="\\', 'a=" ', ' =', 'a  ', '\\"', 'private="a,'])(
    'takes its time for long runs of %j',
    (run) => {
      expect(cpuTimeOf(() => parseCacheControl(run.repeat(30_000)))).toBeLessThan(2000)
    },
  )
})

describe('deltaSeconds', () => {
  it.each([
    ['max-age=0', 0],
    ['max-age=3600', 3600],
    ['max-age=003600', 3600],
    ['max-age="3600"', 3600],
    ['max-age=2147483647', 2_147_483_647],
    ['max-age=2147483648', 2_147_483_647],
    ['max-age=99999999999', 2_147_483_647],
    [`max-age=${'9'.repeat(500)}`, 2_147_483_647],
    ['max-age', 0],
    ['max-age=', 0],
    ['max-age=-3600', 0],
    ['max-age=+3600', 0],
    ['max-age=3600.0', 0],
    ['max-age=3600.5', 0],
    ['max-age=1e3', 0],
    ['max-age=0x10', 0],
    ['max-age=a3600', 0],
    ['max-age=3600a', 0],
    ["max-age='3600'", 0],
    ['max-age =3600', 0],
    ['max-age= 3600', 0],
    ['max-age=" 3600"', 0],
    ['public', undefined],
  ])('takes %s as %s', (field, seconds) => {
    expect(deltaSeconds(parseCacheControl(field), 'max-age')).toBe(seconds)
  })
})

describe('listedFields', () => {
  it.each([
    ['no-cache=" Set-Cookie ,\tX-A "', ['set-cookie', 'x-a']],
    ['no-cache', []],
    ['max-age=1', []],
  ])('of %s', (field, names) => {
    expect(listedFields(parseCacheControl(field), 'no-cache')).toEqual(names)
  })
})
