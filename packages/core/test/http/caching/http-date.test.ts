import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatHttpDate, parseHttpDate } from '../../../src/http/caching/http-date.ts'

const AUGUST_2050 = Date.UTC(2050, 7, 18, 2, 1, 18)

describe('parseHttpDate', () => {
  it.each([
    // RFC 9110 5.6.7.
    ['Sun, 06 Nov 1994 08:49:37 GMT', 784_111_777_000],
    ['Sunday, 06-Nov-94 08:49:37 GMT', 784_111_777_000],
    ['Sun Nov  6 08:49:37 1994', 784_111_777_000],
    ['Sun Nov 16 08:49:37 1994', 784_975_777_000],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
    ['Thu, 29 Feb 2024 00:00:00 GMT', Date.UTC(2024, 1, 29)],
    ['Fri, 31 Dec 9999 23:59:59 GMT', Date.UTC(9999, 11, 31, 23, 59, 59)],
    // A leap second.
    ['Sat, 31 Dec 2016 23:59:60 GMT', Date.UTC(2017, 0, 1)],
    // RFC 9111 4.2: in any case.
    ['THU, 18 Aug 2050 02:01:18 GMT', AUGUST_2050],
    ['Thu, 18 AUG 2050 02:01:18 GMT', AUGUST_2050],
    ['Thu, 18 Aug 2050 02:01:18 gMT', AUGUST_2050],
    ['THURSDAY, 18-AUG-50 02:01:18 gmt', AUGUST_2050],
    ['thu aug 18 02:01:18 2050', AUGUST_2050],
    // Nobody counts on the right day of the week.
    ['Mon, 18 Aug 2050 02:01:18 GMT', AUGUST_2050],
    ['Tue, 19 Jan 2038 14:14:08 GMT', Date.UTC(2038, 0, 19, 14, 14, 8)],
    ['Sun, 21 Nov 2286 04:46:39 GMT', 10_000_039_599_000],
    ['Sat, 01 Jan 0050 00:00:00 GMT', new Date('0050-01-01T00:00:00Z').getTime()],
  ])('reads %s', (text, instant) => {
    expect(parseHttpDate(text)).toBe(instant)
  })

  it.each([
    '',
    '0',
    '-1',
    'foo',
    '2050-08-18T02:01:18Z',
    'Thu, 18 Aug 2050 02:01:18 UTC',
    'Thu, 18 Aug 2050 02:01:18 AEST',
    'Thu, 18 Aug 2050 02:01:18 +0000',
    'Thu, 18 Aug 2050 02:01:18',
    'Thu, 18 Aug 50 02:01:18 GMT',
    'Thu 18 Aug 2050 02:01:18 GMT',
    'Thu, 18  Aug  2050 02:01:18 GMT',
    'Thu, 18-Aug-2050 02:01:18 GMT',
    'Thu, 18 Aug 2050 02.01.18 GMT',
    'Thu, 18 Aug 2050 2:01:18 GMT',
    'Thu, 18 Aug 2050 02:01:18 GMT, Thu, 18 Aug 2050 02:01:19 GMT',
    ' Thu, 18 Aug 2050 02:01:18 GMT',
    'Thu, 18 Aug 2050 02:01:18 GMT ',
    'Thu, 00 Aug 2050 02:01:18 GMT',
    'Thu, 32 Aug 2050 02:01:18 GMT',
    'Thu, 31 Jun 2050 02:01:18 GMT',
    'Wed, 29 Feb 2023 00:00:00 GMT',
    'Thu, 18 Foo 2050 02:01:18 GMT',
    'Foo, 18 Aug 2050 02:01:18 GMT',
    'Thu, 18 Aug 2050 24:01:18 GMT',
    'Thu, 18 Aug 2050 02:60:18 GMT',
    'Thu, 18 Aug 2050 02:01:61 GMT',
    'Thu, 18-Aug-50 02:01:18 GMT',
    'Thursday, 18 Aug 2050 02:01:18 GMT',
    'a Thursday, 18-Aug-50 02:01:18 GMT',
    'a Thu Aug 18 02:01:18 2050',
    'Thu Aug 8 02:01:18 2050',
  ])('does not take %j for a date', (text) => {
    expect(parseHttpDate(text)).toBeUndefined()
  })

  it.each([
    ['Monday, 06-Nov-94 08:49:37 GMT', Date.UTC(2026, 0, 1), 1994],
    ['Monday, 06-Nov-50 08:49:37 GMT', Date.UTC(2026, 0, 1), 2050],
    ['Monday, 06-Nov-75 08:49:37 GMT', Date.UTC(2026, 0, 1), 2075],
    ['Monday, 06-Nov-76 08:49:37 GMT', Date.UTC(2026, 10, 7), 2076],
    ['Monday, 06-Nov-76 08:49:37 GMT', Date.UTC(2026, 10, 6, 8, 49, 37), 2076],
    ['Monday, 06-Nov-76 08:49:37 GMT', Date.UTC(2026, 10, 6, 8, 49, 36), 1976],
    ['Monday, 06-Nov-77 08:49:37 GMT', Date.UTC(2026, 0, 1), 1977],
    ['Monday, 06-Nov-00 08:49:37 GMT', Date.UTC(2026, 0, 1), 2000],
    ['Monday, 06-Nov-10 08:49:37 GMT', Date.UTC(2070, 0, 1), 2110],
    ['Monday, 06-Nov-69 08:49:37 GMT', undefined, 2069],
    ['Monday, 06-Nov-70 08:49:37 GMT', undefined, 1970],
  ])('finds the century of %s', (text, now, year) => {
    expect(new Date(parseHttpDate(text, now) ?? Number.NaN).getUTCFullYear()).toBe(year)
  })

  it('throws for no text', () => {
    fc.assert(
      fc.property(fc.string(), fc.option(fc.integer(), { nil: undefined }), (text, now) => {
        expect(parseHttpDate(text, now)).toBeUndefined()
      }),
    )
  })
})

describe('formatHttpDate', () => {
  it('is read back as the same second', () => {
    const instants = fc.date({ min: new Date('0000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
    fc.assert(
      fc.property(instants, (date) => {
        expect(parseHttpDate(formatHttpDate(date.getTime()))).toBe(Math.floor(date.getTime() / 1000) * 1000)
      }),
    )
  })

  it.each([
    [0, 'Thu, 01 Jan 1970 00:00:00 GMT'],
    [784_111_777_999, 'Sun, 06 Nov 1994 08:49:37 GMT'],
    [-1, 'Wed, 31 Dec 1969 23:59:59 GMT'],
    [Number.POSITIVE_INFINITY, 'Fri, 31 Dec 9999 23:59:59 GMT'],
    [Number.NEGATIVE_INFINITY, 'Sat, 01 Jan 0000 00:00:00 GMT'],
    [Number.NaN, 'Thu, 01 Jan 1970 00:00:00 GMT'],
  ])('writes %d', (instant, text) => {
    expect(formatHttpDate(instant)).toBe(text)
  })
})
