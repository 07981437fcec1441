import fc from 'fast-check'
import { expect, it } from 'vitest'
import { askedOf, type RequestDirectives } from '../../../src/http/caching/request-directives.ts'
import { fields } from './fields.ts'

const NOTHING: RequestDirectives = {
  noCache: false,
  noStore: false,
  maxAge: undefined,
  maxStale: undefined,
  minFresh: undefined,
  onlyIfCached: false,
}

it.each<[headers: Record<string, string>, asked: Partial<RequestDirectives>]>([
  [{}, {}],
  [{ 'Cache-Control': 'nothing-to-see-here' }, {}],
  [{ 'Cache-Control': 'no-cache' }, { noCache: true }],
  [{ 'Cache-Control': 'No-Store, only-if-cached' }, { noStore: true, onlyIfCached: true }],
  [{ 'Cache-Control': 'max-age=0' }, { maxAge: 0 }],
  [{ 'Cache-Control': 'max-age=600, min-fresh=20' }, { maxAge: 600_000, minFresh: 20_000 }],
  [{ 'Cache-Control': 'max-age=soon' }, { maxAge: 0 }],
  [{ 'Cache-Control': 'max-stale=1000' }, { maxStale: 1_000_000 }],
  [{ 'Cache-Control': 'max-stale' }, { maxStale: Number.POSITIVE_INFINITY }],
  [{ 'Cache-Control': 'max-stale=any' }, { maxStale: 0 }],
  [{ Pragma: 'no-cache' }, { noCache: true }],
  [{ Pragma: 'x, No-Cache' }, { noCache: true }],
  [{ Pragma: 'unrecognised-extension' }, {}],
  [{ Pragma: 'no-store, max-age=1' }, {}],
  [{ Pragma: 'no-cache', 'Cache-Control': 'max-age=5' }, { maxAge: 5000 }],
  [{ Pragma: 'no-cache', 'Cache-Control': '' }, {}],
])('asks with %j', (headers, asked) => {
  expect(askedOf(fields(headers))).toEqual({ ...NOTHING, ...asked })
})

it('throws for no text', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (cacheControl, pragma) => {
      expect(askedOf(fields({ 'Cache-Control': cacheControl, Pragma: pragma })).maxAge ?? 0).toBeGreaterThanOrEqual(0)
    }),
  )
})
