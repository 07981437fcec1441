import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  notModified,
  parseEtags,
  strongMatch,
  type Validators,
  weakEtag,
  weakMatch,
} from '../../../src/http/caching/conditional.ts'
import { cpuTimeOf } from '../../cpu-time.ts'
import { fields } from './fields.ts'

const EARLIER = 'Sun, 06 Nov 1994 08:49:36 GMT'
const THEN = 'Sun, 06 Nov 1994 08:49:37 GMT'
const THEN_RFC_850 = 'Sunday, 06-Nov-94 08:49:37 GMT'
const LATER = 'Sun, 06 Nov 1994 08:49:38 GMT'
const NONE: Validators = { etag: undefined, lastModified: undefined, date: undefined }

describe('notModified', () => {
  it.each<[etag: string | undefined, noneMatch: string, is: boolean]>([
    ['"abcdef"', '"abcdef"', true],
    ['"abcdef"', 'W/"abcdef"', true],
    ['W/"abcdef"', '"abcdef"', true],
    ['W/"abcdef"', 'W/"abcdef"', true],
    ['"abcdef"', '"abcde"', false],
    ['"abcdef"', '"abcdef", "1234", "5678"', true],
    ['"abcdef"', '"1234", "abcdef", "5678"', true],
    ['"abcdef"', '"1234","5678","abcdef"', true],
    ['"abcdef"', '"1234" , , W/"abcdef"', true],
    ['"a,b"', '"x", "a,b"', true],
    ['a', '"x,a,y"', false],
    ['"abcdefü"', '"abcdefü"', true],
    ['"abcdef"', '*', true],
    [undefined, '*', true],
    [undefined, '"abcdef"', false],
    ['"abcdef"', '', false],
    ['"*"', '"x", *', false],
    // What is no entity tag is the same where it is written the same.
    ['abcdef', 'abcdef', true],
    ['"abcdef"', 'abcdef', false],
    ['abcdef', '"abcdef"', false],
    ['w/"abcdef"', 'w/"abcdef"', true],
    ['W\\"abcdef"', 'W\\"abcdef"', true],
    ['W"abcdef"', 'W"abcdef"', true],
  ])('of the tag %s with If-None-Match: %s', (etag, noneMatch, is) => {
    const request = { method: 'GET', header: fields({ 'If-None-Match': noneMatch, 'If-Modified-Since': EARLIER }) }
    expect(notModified(request, { ...NONE, etag, lastModified: THEN })).toBe(is)
    expect(notModified({ ...request, method: 'HEAD' }, { ...NONE, etag, lastModified: THEN })).toBe(is)
    expect(notModified({ ...request, method: 'POST' }, { ...NONE, etag, lastModified: THEN })).toBe(false)
  })

  it('does not look at If-Modified-Since beside If-None-Match', () => {
    const header = fields({ 'If-None-Match': '"x"', 'If-Modified-Since': LATER })
    expect(notModified({ method: 'GET', header }, { ...NONE, etag: '"y"', lastModified: THEN })).toBe(false)
  })

  it.each<[since: string, stored: Partial<Validators>, is: boolean]>([
    [THEN, { lastModified: THEN }, true],
    [LATER, { lastModified: THEN }, true],
    [EARLIER, { lastModified: THEN }, false],
    [THEN_RFC_850, { lastModified: THEN }, true],
    [THEN, { lastModified: THEN, date: LATER }, true],
    // RFC 9111 4.3.2: Date in place of Last-Modified.
    [THEN, { date: THEN }, true],
    [EARLIER, { date: THEN }, false],
    [THEN, {}, false],
    ['foo', { lastModified: THEN }, false],
    ['foo', { lastModified: 'foo' }, false],
    [THEN, { lastModified: 'foo' }, false],
    [`${LATER}, ${LATER}`, { lastModified: THEN }, false],
  ])('with If-Modified-Since: %s of %j', (since, stored, is) => {
    const header = fields({ 'If-Modified-Since': since })
    expect(notModified({ method: 'GET', header }, { ...NONE, ...stored })).toBe(is)
    expect(notModified({ method: 'PUT', header }, { ...NONE, ...stored })).toBe(false)
  })

  it('is not where nothing was asked', () => {
    const header = fields({ 'If-Match': '"x"', 'If-Unmodified-Since': EARLIER })
    expect(notModified({ method: 'GET', header }, { etag: '"x"', lastModified: THEN, date: THEN })).toBe(false)
  })

  it('throws for no text', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (noneMatch, since, etag) => {
        const header = fields({ 'If-None-Match': noneMatch, 'If-Modified-Since': since })
        expect(typeof notModified({ method: 'GET', header }, { ...NONE, etag })).toBe('boolean')
      }),
    )
  })
})

describe('parseEtags', () => {
  it.each([
    ['*', '*'],
    [' * ', '*'],
    ['"a"', ['"a"']],
    ['"a", W/"b" ,\t"c,d"', ['"a"', 'W/"b"', '"c,d"']],
    [',, "a",,', ['"a"']],
    ['"a,b" , "c,d"\t', ['"a,b"', '"c,d"']],
    ['', []],
    ['""', ['""']],
    ['a b , c', ['a b', 'c']],
    ['"a, "b"', ['"a', '"b"']],
  ])('of %j', (field, tags) => {
    expect(parseEtags(field)).toEqual(tags)
  })

  it('finds the tags of any list', () => {
    const tag = fc.stringMatching(/^(?:W\/)?"[!#-~]*"$/)
    fc.assert(
      fc.property(fc.array(tag), (tags) => {
        expect(parseEtags(tags.join(', '))).toEqual(tags)
      }),
    )
  })

  it.each(['"', '",', 'W/', '"a" ', '"a,', ' ', ', '])('takes its time for long runs of %j', (run) => {
    expect(cpuTimeOf(() => parseEtags(`${run.repeat(30_000)}x`))).toBeLessThan(2000)
  })
})

// The table of RFC 9110 8.8.3.2.
it.each([
  ['W/"1"', 'W/"1"', false, true],
  ['W/"1"', 'W/"2"', false, false],
  ['W/"1"', '"1"', false, true],
  ['"1"', '"1"', true, true],
])('compares %s with %s', (a, b, strongly, weakly) => {
  expect(strongMatch(a, b)).toBe(strongly)
  expect(weakMatch(a, b)).toBe(weakly)
})

it.each(['abc', 'w/"abc"', '"a"b"', '*', ''])('does not take %j for a strong entity tag', (malformed) => {
  expect(strongMatch(malformed, malformed)).toBe(false)
})

it.each([
  ['"a"', 'W/"a"'],
  ['W/"a"', 'W/"a"'],
])('weakens %s', (etag, weak) => {
  expect(weakEtag(etag)).toBe(weak)
})
