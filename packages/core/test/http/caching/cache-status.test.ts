import fc from 'fast-check'
import { Token, parseList } from 'structured-headers'
import { expect, it } from 'vitest'
import { type CacheStatus, cacheStatus } from '../../../src/http/caching/cache-status.ts'

it.each<[name: string, status: CacheStatus, member: string]>([
  // RFC 9211 3.
  ['ExampleCache', { hit: true }, 'ExampleCache; hit'],
  ['ExampleCache', { hit: true, ttl: 376 }, 'ExampleCache; hit; ttl=376'],
  ['ExampleCache', { hit: true, ttl: -412 }, 'ExampleCache; hit; ttl=-412'],
  ['ExampleCache', { fwd: 'uri-miss', stored: true }, 'ExampleCache; fwd=uri-miss; stored'],
  ['ExampleCache', { fwd: 'stale', fwdStatus: 304 }, 'ExampleCache; fwd=stale; fwd-status=304'],
  ['ExampleCache', { fwd: 'uri-miss', collapsed: true }, 'ExampleCache; fwd=uri-miss; collapsed'],
  ['CDN Company Here', { hit: true, ttl: 545 }, '"CDN Company Here"; hit; ttl=545'],
  ['Redstart', {}, 'Redstart'],
  ['Redstart', { fwd: 'bypass', detail: 'store-unavailable' }, 'Redstart; fwd=bypass; detail=store-unavailable'],
  ['Redstart', { fwd: 'miss', detail: 'a "b" \\' }, 'Redstart; fwd=miss; detail="a \\"b\\" \\\\"'],
  ['Redstart', { detail: 'ä\n😀' }, 'Redstart; detail="???"'],
  ['Redstart', { detail: '' }, 'Redstart; detail=""'],
  ['', { hit: true }, '""; hit'],
  ['R', { hit: true, ttl: 1.9 }, 'R; hit; ttl=1'],
  ['R', { hit: true, ttl: -0.5 }, 'R; hit; ttl=-1'],
  ['R', { ttl: Number.POSITIVE_INFINITY }, 'R; ttl=999999999999999'],
  ['R', { ttl: Number.NEGATIVE_INFINITY }, 'R; ttl=-999999999999999'],
  ['R', { ttl: Number.NaN }, 'R; ttl=0'],
])('writes what %s tells with %j', (name, status, member) => {
  expect(cacheStatus(name, status)).toBe(member)
})

it('writes a list that others read', () => {
  const flag = fc.option(fc.constant(true as const), { nil: undefined })
  const text = fc.oneof(fc.string(), fc.stringMatching(/^[ -~]*$/))
  fc.assert(
    fc.property(text, text, fc.double(), flag, flag, (name, detail, ttl, hit, stored) => {
      const status = { detail, ttl, ...(hit && { hit }), ...(stored && { stored }) }
      const [first, second] = parseList(`other; hit, ${cacheStatus(name, status)}`)
      expect(first?.[1].get('hit')).toBe(true)
      expect(textOf(second?.[0])).toBe(name.replace(/[^ -~]/gu, '?'))
      expect(textOf(second?.[1].get('detail'))).toBe(detail.replace(/[^ -~]/gu, '?'))
      expect([second?.[1].get('hit'), second?.[1].get('stored')]).toEqual([hit, stored])
      expect(Number.isInteger(second?.[1].get('ttl'))).toBe(true)
    }),
  )
})

function textOf(item: unknown): unknown {
  return item instanceof Token ? item.toString() : item
}
