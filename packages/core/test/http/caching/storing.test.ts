import { describe, expect, it } from 'vitest'
import { refusalOf, type Refusal, type StoringRules } from '../../../src/http/caching/storing.ts'
import { fields } from './fields.ts'

const CAREFUL: StoringRules = {
  targets: ['CDN-Cache-Control'],
  authorized: 'never',
  setCookie: 'refuse',
  heuristics: false,
  statuses: 'known',
  honourRequest: false,
}
const RFC: StoringRules = {
  ...CAREFUL,
  authorized: 'rfc',
  setCookie: 'strip',
  heuristics: true,
  statuses: 'all',
  honourRequest: true,
}

interface Case {
  readonly method?: string
  readonly status?: number
  /** Of the request. */
  readonly asked?: Record<string, string>
  /** Of the response. */
  readonly said?: Record<string, string>
}

function refusal({ method = 'GET', status = 200, asked, said }: Case, rules: StoringRules): Refusal | undefined {
  return refusalOf({ method, header: fields(asked) }, { status, header: fields(said) }, rules)
}

const cacheControl = (value: string): Record<string, string> => ({ 'Cache-Control': value })

describe('refusalOf', () => {
  it.each<[what: Case, careful: Refusal | undefined, rfc: Refusal | undefined]>([
    [{}, undefined, undefined],
    [{ said: cacheControl('max-age=60') }, undefined, undefined],
    // Methods.
    ...['HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'get', 'M-SEARCH'].map(
      (method) => [{ method, said: cacheControl('max-age=60') }, 'method', 'method'] as [Case, Refusal, Refusal],
    ),
    // Directives of the response.
    [{ said: cacheControl('No-StOrE') }, 'no-store', 'no-store'],
    [
      { said: { ...cacheControl('max-age=10000, no-store'), Expires: 'Fri, 01 Jan 2038 01:01:01 GMT' } },
      'no-store',
      'no-store',
    ],
    [{ said: cacheControl('private, max-age=3600') }, 'private', 'private'],
    [{ said: cacheControl('private="x", max-age=3600') }, undefined, undefined],
    [{ said: cacheControl('private=x, max-age=3600') }, 'private', 'private'],
    [{ said: cacheControl('no-cache') }, undefined, undefined],
    [{ said: { Pragma: 'no-cache' } }, undefined, undefined],
    // Targeted fields alone count: RFC 9213 2.2.
    [{ said: { ...cacheControl('no-store'), 'CDN-Cache-Control': 'max-age=600' } }, undefined, undefined],
    [{ said: { ...cacheControl('max-age=600'), 'CDN-Cache-Control': 'private' } }, 'private', 'private'],
    [{ said: { ...cacheControl('max-age=600'), 'CDN-Cache-Control': 'no-store' } }, 'no-store', 'no-store'],
    [{ said: { ...cacheControl('no-store'), 'CDN-Cache-Control': 'max-age=10000, &&&&&' } }, 'no-store', 'no-store'],
    // Directives of the request.
    [{ asked: cacheControl('no-store') }, undefined, 'no-store'],
    // RFC 9111 3.5.
    [{ asked: { Authorization: 'FOO' }, said: cacheControl('max-age=60') }, 'authorization', 'authorization'],
    [{ asked: { Authorization: 'FOO' }, said: cacheControl('max-age=60, public') }, 'authorization', undefined],
    [
      { asked: { Authorization: 'FOO' }, said: cacheControl('max-age=60, must-revalidate') },
      'authorization',
      undefined,
    ],
    [{ asked: { Authorization: 'FOO' }, said: cacheControl('s-maxage=60') }, 'authorization', undefined],
    [
      { asked: { Authorization: 'FOO' }, said: cacheControl('max-age=60, proxy-revalidate') },
      'authorization',
      'authorization',
    ],
    [{ asked: { Authorization: '' }, said: cacheControl('max-age=60') }, 'authorization', 'authorization'],
    // Fields.
    [{ said: { 'Set-Cookie': 'a=b' } }, 'set-cookie', undefined],
    [{ said: { Vary: '*' } }, 'vary', 'vary'],
    [{ said: { Vary: 'Foo, *' } }, 'vary', 'vary'],
    [{ said: { Vary: '*, Foo' } }, 'vary', 'vary'],
    [{ said: { Vary: 'Foo, Bar' } }, undefined, undefined],
    [{ said: { Vary: 'Foo , * , Bar' } }, 'vary', 'vary'],
    [{ said: { Vary: 'Foo*, *Bar' } }, undefined, undefined],
    [{ said: { Trailer: 'Expires' } }, 'trailers', 'trailers'],
    [{ said: { 'Content-Type': 'text/event-stream; charset=utf-8' } }, 'stream', 'stream'],
    [{ said: { 'Content-Type': 'Multipart/X-Mixed-Replace;boundary=x' } }, 'stream', 'stream'],
    [{ said: { 'Content-Type': 'text/plain; like=text/event-stream' } }, undefined, undefined],
    [{ said: { 'Content-Range': 'bytes 0-1/2' } }, undefined, undefined],
    // What must-understand is for: RFC 9111 5.2.2.3.
    [{ said: cacheControl('no-store, must-understand, max-age=60') }, undefined, undefined],
    [{ status: 599, said: cacheControl('no-store, must-understand, max-age=60') }, 'status', 'status'],
    [{ status: 599, said: cacheControl('max-age=3600, must-understand') }, 'status', 'status'],
    [{ status: 503, said: cacheControl('max-age=3600, must-understand') }, undefined, undefined],
    [{ status: 421, said: cacheControl('max-age=3600, must-understand') }, 'status', undefined],
    [{ status: 427, said: cacheControl('max-age=3600, must-understand') }, 'status', 'status'],
  ])('of %j', (what, careful, rfc) => {
    expect({ careful: refusal(what, CAREFUL), rfc: refusal(what, RFC) }).toEqual({ careful, rfc })
  })

  it.each<[statuses: readonly number[], alone: Refusal | undefined, told: Refusal | undefined]>([
    [[200, 203, 204, 300, 301, 308, 404, 410], undefined, undefined],
    [[302, 303, 307, 405, 414, 500, 501, 502, 503, 504], 'no-freshness', undefined],
    [[201, 202, 205, 226, 299, 305, 400, 401, 403, 407, 429, 499, 505, 599], 'status', 'status'],
    [[206, 416], 'partial', 'partial'],
    [[100, 101, 103, 304], 'status', 'status'],
  ])('of the statuses %j by themselves, and with freshness', (statuses, alone, told) => {
    for (const status of statuses) {
      expect({ status, is: refusal({ status }, CAREFUL) }).toEqual({ status, is: alone })
      for (const said of [
        cacheControl('max-age=60'),
        cacheControl('s-maxage=60'),
        { Expires: '0' },
        { 'CDN-Cache-Control': 'max-age=1' },
      ])
        expect({ status, is: refusal({ status, said }, CAREFUL) }).toEqual({ status, is: told })
    }
  })

  it.each<[statuses: readonly number[], alone: Refusal | undefined, told: Refusal | undefined]>([
    [[200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501], undefined, undefined],
    [[201, 202, 299, 302, 303, 307, 400, 403, 499, 500, 502, 503, 504, 599], 'no-freshness', undefined],
    [[206, 416], 'partial', 'partial'],
    [[100, 103, 304], 'status', 'status'],
  ])('of the statuses %j as the RFC has it', (statuses, alone, told) => {
    for (const status of statuses) {
      expect({ status, is: refusal({ status }, RFC) }).toEqual({ status, is: alone })
      for (const said of [cacheControl('max-age=60'), { Expires: '0' }, cacheControl('public')])
        expect({ status, is: refusal({ status, said }, RFC) }).toEqual({ status, is: told })
    }
  })

  it('takes public for freshness where there are heuristics', () => {
    const what = { status: 503, said: cacheControl('public') }
    expect(refusal(what, { ...RFC, heuristics: false })).toBe('no-freshness')
    expect(refusal(what, RFC)).toBeUndefined()
  })

  it('does not count Expires beside a targeted field', () => {
    const said = { Expires: 'Fri, 01 Jan 2038 01:01:01 GMT', 'CDN-Cache-Control': 'foo' }
    expect(refusal({ status: 503, said }, CAREFUL)).toBe('no-freshness')
  })

  it('lets pass what a route gives a time, but no part and no 304', () => {
    const rules = { ...CAREFUL, timed: new Set([206, 304, 403, 503]) }
    expect([206, 304, 403, 503, 401].map((status) => refusal({ status }, rules))).toEqual([
      'partial',
      'status',
      undefined,
      undefined,
      'status',
    ])
  })

  it('calls methods of what has a this', () => {
    class Headers {
      readonly #fields = fields({ Authorization: 'x', 'Cache-Control': 'max-age=1' })
      readonly method = 'GET'
      readonly status = 200
      header(name: string): string | undefined {
        return this.#fields(name)
      }
    }
    expect(refusalOf(new Headers(), new Headers(), CAREFUL)).toBe('authorization')
  })
})
