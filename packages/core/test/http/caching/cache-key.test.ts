import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cacheKeys, type KeyParts, preimage, variantKey } from '../../../src/http/caching/cache-key.ts'

const page: KeyParts = { scheme: 'https', host: 'a.example', path: '/dishes', query: '?page=2', custom: ['GET'] }

/** Few characters, among them those that a naive way to join is fooled by, and both halves of a pair. */
const tricky = fc
  .array(fc.constantFrom('', ':', '0', '1', '2', 'a', '"', '\\', '\u0000', '\u00e9', '\ud83d', '\ude00', '\ufffd'), {
    maxLength: 6,
  })
  .map((units) => units.join(''))
const lists = fc.array(tricky, { maxLength: 4 })

function hashed(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('base64url').slice(0, 22)
}

describe('the key of a response', () => {
  it('is three digests, of which the prefixes are one and two', () => {
    const { site, page: both, key } = cacheKeys(page)
    expect(key).toMatch(/^[\w-]{22}:[\w-]{22}:[\w-]{22}$/)
    expect(both).toBe(key.slice(0, 45))
    expect(site).toBe(key.slice(0, 22))
  })

  it('stays what it is: other keys would find nothing of what is stored', () => {
    expect(cacheKeys(page).key).toBe('l1TKT6n5clHRRQJ-lbhXFm:1qEj-OcUNVZorYtC6kFUKp:GCazqxh-MnvBidarkbg5m2')
    expect(cacheKeys({ scheme: '', host: '', path: '/', query: '', custom: [] }).key).toBe(
      'St-h7T9IGJHdYwzpQHUWGj:703BQIDvqINWDSGlY1bkFR:PmILUiwIaxsGHZxNO6JO2r',
    )
  })

  it('has the digests of nothing where there is no query, and nothing else that counts', () => {
    const [, query, rest] = cacheKeys({ ...page, query: '', custom: [] }).key.split(':')
    expect([query, rest]).toEqual([hashed(preimage('query', [''])), hashed(preimage('rest', []))])
  })

  it.each<[string, Partial<KeyParts>, string]>([
    ['scheme', { scheme: 'http' }, 'site'],
    ['host', { host: 'b.example' }, 'site'],
    ['path', { path: '/Dishes' }, 'site'],
    ['path with an escape', { path: '/%64ishes' }, 'site'],
    ['path with two slashes', { path: '//dishes' }, 'site'],
    ['path with dots', { path: '/x/../dishes' }, 'site'],
    ['path with a slash behind', { path: '/dishes/' }, 'site'],
    ['host and path cut elsewhere', { host: 'a.example/', path: 'dishes' }, 'site'],
    ['query', { query: '?page=3' }, 'page'],
    ['no query', { query: '' }, 'page'],
    ['an empty query', { query: '?' }, 'page'],
    ['other parts', { custom: ['HEAD'] }, 'key'],
    ['more parts', { custom: ['GET', ''] }, 'key'],
    ['no parts', { custom: [] }, 'key'],
  ])('is another one for another %s', (_, other, widest) => {
    const [one, two] = [cacheKeys(page), cacheKeys({ ...page, ...other })]
    expect(two.key).not.toBe(one.key)
    expect(two.site === one.site).toBe(widest !== 'site')
    expect(two.page === one.page).toBe(widest === 'key')
  })

  it('is hashed from a text that no other list of parts has', () => {
    fc.assert(
      fc.property(lists, lists, (one, other) => {
        fc.pre(JSON.stringify(one) !== JSON.stringify(other))
        expect(preimage('rest', one)).not.toBe(preimage('rest', other))
        // What is hashed is its UTF-8.
        expect(Buffer.from(preimage('rest', one))).not.toEqual(Buffer.from(preimage('rest', other)))
      }),
      { numRuns: 1000 },
    )
  })

  it('is hashed from a text that no list of another kind has', () => {
    fc.assert(
      fc.property(lists, lists, (one, other) => {
        expect(preimage('rest', one)).not.toBe(preimage('variant', other))
        expect(preimage('site', one)).not.toBe(preimage('query', other))
      }),
    )
  })

  it('is the same for equal parts', () => {
    fc.assert(
      fc.property(
        lists,
        (custom) => cacheKeys({ ...page, custom: [...custom] }).key === cacheKeys({ ...page, custom }).key,
      ),
    )
  })
})

describe('the key of a variant', () => {
  it('is under the same prefixes, and another one for each variant and key', () => {
    const { page: prefix, key } = cacheKeys(page)
    const other = cacheKeys({ ...page, custom: [] }).key
    const keys = [key, other, variantKey(key, 'a'), variantKey(key, 'b'), variantKey(key, ''), variantKey(other, 'a')]
    expect(new Set(keys).size).toBe(keys.length)
    for (const each of keys) {
      expect(each.startsWith(`${prefix}:`)).toBe(true)
      expect(each).toHaveLength(key.length)
    }
  })
})
