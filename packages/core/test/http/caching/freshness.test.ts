import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { initialAge, type Lifetime, lifetimeOf } from '../../../src/http/caching/freshness.ts'
import { formatHttpDate } from '../../../src/http/caching/http-date.ts'
import { fields } from './fields.ts'

const NOW = Date.UTC(2026, 5, 1, 12)
const SECOND = 1000
const HOUR = 3600 * SECOND
const DAY = 24 * HOUR
const at = (seconds: number): string => formatHttpDate(NOW + seconds * SECOND)

function lifetime(headers: Readonly<Record<string, string>>, options: { heuristics?: boolean; status?: number } = {}) {
  const { heuristics = false, status = 200 } = options
  return lifetimeOf({ status, header: fields(headers) }, { targets: ['CDN-Cache-Control'], heuristics, now: NOW })
}

describe('lifetimeOf', () => {
  it.each<[headers: Record<string, string>, fresh: number | undefined, source: Lifetime['source'] | undefined]>([
    [{}, undefined, undefined],
    [{ 'Cache-Control': 'public' }, undefined, undefined],
    [{ 'Last-Modified': at(-86400) }, undefined, undefined],
    [{ 'Cache-Control': 'max-age=3600' }, HOUR, 'max-age'],
    [{ 'Cache-Control': 'MaX-aGe=3600' }, HOUR, 'max-age'],
    [{ 'Cache-Control': 'foobar, max-age=3600' }, HOUR, 'max-age'],
    [{ 'Cache-Control': 'max-age=0' }, 0, 'max-age'],
    [{ 'Cache-Control': 'max-age=-3600' }, 0, 'max-age'],
    [{ 'Cache-Control': 'max-age=99999999999' }, 2_147_483_647_000, 'max-age'],
    [{ 'Cache-Control': 'max-age=3600, s-maxage=1' }, SECOND, 's-maxage'],
    [{ 'Cache-Control': 's-maxage=3600, max-age=0', Expires: at(-10) }, HOUR, 's-maxage'],
    [{ 'Cache-Control': 's-maxage=a, max-age=3600' }, 0, 's-maxage'],
    [{ 'Cache-Control': 'max-age=3600', Expires: at(-7200), Date: at(0) }, HOUR, 'max-age'],
    [{ 'Cache-Control': 'max-age=3600', Expires: '0', Date: at(0) }, HOUR, 'max-age'],
    [{ 'Cache-Control': 'max-age=0', Expires: at(3600), Date: at(0) }, 0, 'max-age'],
    [{ Expires: at(3600), Date: at(0) }, HOUR, 'expires'],
    [{ Expires: at(3600) }, HOUR, 'expires'],
    [{ Expires: at(10), Date: 'foo' }, 10 * SECOND, 'expires'],
    [{ Expires: at(10), Date: at(-10) }, 20 * SECOND, 'expires'],
    [{ Expires: at(0), Date: at(0) }, 0, 'expires'],
    [{ Expires: at(-3600), Date: at(0) }, 0, 'expires'],
    // A clock that is fast.
    [{ Expires: at(300), Date: at(400) }, 0, 'expires'],
    [{ Expires: '0', Date: at(0) }, 0, 'expires'],
    [{ Expires: '' }, 0, 'expires'],
    [{ Expires: `${at(10)}, ${at(20)}` }, 0, 'expires'],
    [{ Expires: 'Fri, 31 Dec 9999 23:59:59 GMT' }, 2_147_483_647_000, 'expires'],
    [{ Expires: 'Thursday, 18-Aug-50 02:01:18 GMT' }, Date.UTC(2050, 7, 18, 2, 1, 18) - NOW, 'expires'],
    [{ 'CDN-Cache-Control': 'max-age=60', 'Cache-Control': 'no-store', Expires: '0' }, 60 * SECOND, 'targeted'],
    [{ 'CDN-Cache-Control': 's-maxage=6, max-age=60' }, 6 * SECOND, 'targeted'],
    [{ 'CDN-Cache-Control': 'foo', 'Cache-Control': 'max-age=60', Expires: at(10) }, undefined, undefined],
    [{ 'CDN-Cache-Control': 'max-age=60, no-cache' }, 0, 'targeted'],
    [{ 'CDN-Cache-Control': 'no-cache', Expires: at(10) }, 0, 'targeted'],
    [{ 'Cache-Control': 'max-age=60, no-cache' }, 0, 'max-age'],
    [{ 'Cache-Control': 'no-cache' }, 0, 'no-cache'],
    [{ 'Cache-Control': 'no-cache="a", max-age=60' }, 60 * SECOND, 'max-age'],
    [{ 'Cache-Control': 'max-age=60', Pragma: 'no-cache' }, 60 * SECOND, 'max-age'],
  ])('of %j', (headers, fresh, source) => {
    expect({ fresh: lifetime(headers)?.fresh, source: lifetime(headers)?.source }).toEqual({ fresh, source })
  })

  it.each<[status: number, headers: Record<string, string>, fresh: number | undefined]>([
    ...[200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501].map(
      (status) =>
        [status, { 'Last-Modified': at(-3600), Date: at(0) }, HOUR / 10] as [number, Record<string, string>, number],
    ),
    ...[201, 202, 302, 307, 403, 500, 502, 503, 504, 599].map(
      (status) => [status, { 'Last-Modified': at(-3600) }, undefined] as [number, Record<string, string>, undefined],
    ),
    [599, { 'Last-Modified': at(-3600), 'Cache-Control': 'public' }, HOUR / 10],
    [200, { 'Last-Modified': at(-30 * 86400) }, DAY],
    [200, { 'Last-Modified': at(-3600), Date: at(-1800) }, HOUR / 20],
    [200, { 'Last-Modified': at(10) }, 0],
    [200, { 'Last-Modified': 'yesterday' }, undefined],
    [200, {}, undefined],
    [200, { 'Last-Modified': at(-3600), 'Cache-Control': 'max-age=5' }, 5 * SECOND],
    [200, { 'Last-Modified': at(-3600), Expires: '0' }, 0],
    [200, { 'Last-Modified': at(-3600), 'Cache-Control': 'no-cache' }, 0],
    [200, { 'Last-Modified': at(-3600), Pragma: 'no-cache' }, HOUR / 10],
  ])('of a %d with %j by heuristics', (status, headers, fresh) => {
    expect(lifetime(headers, { heuristics: true, status })?.fresh).toBe(fresh)
  })

  it.each<[directives: string, windows: readonly [whileRevalidate: number, ifError: number], mustRevalidate: boolean]>([
    ['', [0, 0], false],
    // RFC 5861 3.1 and 4.1.
    ['stale-while-revalidate=30', [30, 0], false],
    ['stale-if-error=1200', [0, 1200], false],
    ['stale-while-revalidate=30, stale-if-error=1200', [30, 1200], false],
    ['stale-while-revalidate', [0, 0], false],
    ['stale-while-revalidate=x', [0, 0], false],
    ['must-revalidate', [0, 0], true],
    ['proxy-revalidate', [0, 0], true],
    ['no-cache', [0, 0], true],
    ['no-cache="a"', [0, 0], false],
    ['s-maxage=10', [0, 0], true],
    ['s-maxage=10, stale-while-revalidate=30', [30, 0], false],
    ['s-maxage=10, stale-if-error=30', [0, 30], false],
    ['s-maxage=10, stale-if-error=0', [0, 0], true],
    ['s-maxage=10, stale-if-error=30, must-revalidate', [0, 0], true],
    ['must-revalidate, stale-while-revalidate=30, stale-if-error=30', [0, 0], true],
    ['proxy-revalidate, stale-while-revalidate=30', [0, 0], true],
    ['no-cache, stale-if-error=30', [0, 0], true],
  ])('tells what may be done after it, with %j', (directives, [whileRevalidate, ifError], mustRevalidate) => {
    expect(lifetime({ 'Cache-Control': `max-age=60, ${directives}` })).toMatchObject({
      staleWhileRevalidate: whileRevalidate * SECOND,
      staleIfError: ifError * SECOND,
      mustRevalidate,
    })
  })

  it('is never negative, whatever the fields say', () => {
    const text = fc.oneof(fc.string(), fc.integer().map(String), fc.integer({ min: -1e6, max: 1e6 }).map(at))
    const headers = fc.record({ 'Cache-Control': text, Expires: text, Date: text, 'Last-Modified': text })
    fc.assert(
      fc.property(headers, (of) => {
        const found = lifetime(of, { heuristics: true })
        expect(found?.fresh ?? 0).toBeGreaterThanOrEqual(0)
        expect(found?.fresh ?? 0).toBeLessThanOrEqual(2_147_483_647_000)
      }),
    )
  })
})

it('tells that it is by heuristics', () => {
  expect(lifetime({ 'Last-Modified': at(-60) }, { heuristics: true })?.source).toBe('heuristic')
})

describe('initialAge', () => {
  it.each<[headers: Record<string, string>, age: number]>([
    [{}, 0],
    [{ Date: at(0) }, 0],
    [{ Date: at(-7200) }, 2 * HOUR],
    [{ Date: at(7200) }, 0],
    [{ Date: 'foo' }, 0],
    [{ Age: '7200' }, 2 * HOUR],
    [{ Age: '25', Date: at(-10) }, 25 * SECOND],
    [{ Age: '5', Date: at(-10) }, 10 * SECOND],
    [{ Age: '2147483648' }, 2_147_483_647_000],
    [{ Age: '9'.repeat(400) }, 2_147_483_647_000],
    // RFC 9111 5.1: the first of a list.
    [{ Age: '7200,0' }, 2 * HOUR],
    [{ Age: '7200, 0' }, 2 * HOUR],
    [{ Age: '0, 7200' }, 0],
    [{ Age: '5 , 6' }, 5 * SECOND],
    [{ Age: '3600, 3600' }, HOUR],
    // What is no number is as though it were not there.
    [{ Age: 'abc' }, 0],
    [{ Age: '-7200' }, 0],
    [{ Age: '7200.0' }, 0],
    [{ Age: '' }, 0],
    [{ Age: 'abc, 7200' }, 0],
    // Its parameters are nothing to us.
    [{ Age: '7200;foo=bar' }, 2 * HOUR],
    [{ Age: '7200;foo=111' }, 2 * HOUR],
  ])('of %j', (headers, age) => {
    expect(initialAge(fields(headers), NOW, NOW)).toBe(age)
  })

  it('counts the time of the request as well, where Age says how old the response was', () => {
    expect(initialAge(fields({ Age: '10' }), NOW - 3 * SECOND, NOW)).toBe(13 * SECOND)
    expect(initialAge(fields({ Age: '10', Date: at(-30) }), NOW - 3 * SECOND, NOW)).toBe(30 * SECOND)
    expect(initialAge(fields(), NOW - 3 * SECOND, NOW)).toBe(3 * SECOND)
  })

  it('is not negative where a clock was set back', () => {
    expect(initialAge(fields(), NOW + HOUR, NOW)).toBe(0)
  })
})
