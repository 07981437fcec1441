import fc from 'fast-check'
import { parseList } from 'structured-headers'
import { describe, expect, it, vi } from 'vitest'
import { surrogateTags, TAG_HEADERS, taggedAs, tagHeaders } from '../../../src/http/caching/cache-tags.ts'
import { anyText } from './any-text.ts'

function tagsIn(headers: Readonly<Record<string, string>>): readonly string[] {
  return surrogateTags((name) => headers[name])
}

describe('the tags that a response brings', () => {
  it.each<[Readonly<Record<string, string>>, readonly string[]]>([
    [{}, []],
    [{ 'cache-tag': '' }, []],
    [{ 'cache-tag': 'a, b c ,,a' }, ['a', 'b c']],
    [{ 'surrogate-key': ' a  b\tc a ' }, ['a', 'b', 'c']],
    [{ 'surrogate-key': 'a b, c' }, ['a', 'b', 'c']],
    [{ 'surrogate-key': 'a,b c' }, ['a,b', 'c']],
    [{ xkey: 'post:1 user:2' }, ['post:1', 'user:2']],
    [{ 'cache-tag': 'a,b', 'surrogate-key': 'b c', xkey: 'd a' }, ['a', 'b', 'c', 'd']],
    [{ 'cache-groups': '"a"' }, []],
  ])('of %j are %j', (headers, tags) => {
    expect(tagsIn(headers)).toEqual(tags)
  })

  it('are without those that no entry can have, which are counted', () => {
    const dropped = vi.fn<(count: number) => void>()
    const long = 'x'.repeat(256)
    const value = ['a', long, `${long}x`, 'b\u0000c', 'd\u0085'].join()
    expect(surrogateTags((name) => (name === 'cache-tag' ? value : undefined), dropped)).toEqual(['a', long])
    expect(dropped.mock.calls).toEqual([[3]])
  })

  it('are at most 64, the others counted', () => {
    const dropped = vi.fn<(count: number) => void>()
    const value = Array.from({ length: 70 }, (_, n) => `t${n}`).join(' ')
    expect(surrogateTags((name) => (name === 'xkey' ? value : undefined), dropped)).toHaveLength(64)
    expect(dropped.mock.calls).toEqual([[6]])
  })

  it('are not counted where all are kept', () => {
    const dropped = vi.fn<(count: number) => void>()
    surrogateTags(() => 'a', dropped)
    expect(dropped).not.toHaveBeenCalled()
  })

  it('can be those of an entry, whatever the headers are', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const tags = surrogateTags(() => text)
        expect(new Set(tags).size).toBe(tags.length)
        for (const tag of tags) expect(tag).toMatch(/^[^\p{Cc}\p{Surrogate}]{1,256}$/u)
      }),
    )
  })
})

describe('the headers that tell tags', () => {
  it('are those that are asked for, each in its own form', () => {
    const tags = ['dish:1', 'top ten', 'a,b', '5"%', 'caf\u00e9', '\\']
    expect(tagHeaders(tags, ['cache-tag', 'surrogate-key', 'xkey', 'cache-groups'])).toEqual([
      ['cache-tag', 'dish:1, top%20ten, a%2Cb, 5"%25, caf%C3%A9, \\'],
      ['surrogate-key', 'dish:1 top%20ten a%2Cb 5"%25 caf%C3%A9 \\'],
      ['xkey', 'dish:1 top%20ten a%2Cb 5"%25 caf%C3%A9 \\'],
      ['cache-groups', String.raw`"dish:1", "top ten", "a,b", "5\"%25", "caf%C3%A9", "\\"`],
    ])
  })

  it('are none without tags', () => {
    expect(tagHeaders([], ['cache-tag', 'cache-groups'])).toEqual([])
  })

  const tag = anyText.filter((text) => /^[^\p{Cc}\p{Surrogate}]{1,256}$/u.test(text))

  it('give each tag back, and make no two one', () => {
    fc.assert(
      fc.property(fc.uniqueArray(tag, { minLength: 1, maxLength: 5 }), (tags) => {
        for (const kind of ['cache-tag', 'surrogate-key', 'xkey'] as const) {
          const [[name, value] = []] = tagHeaders(tags, [kind])
          const read = surrogateTags((asked) => (asked === name ? value : undefined))
          expect(read.map((escaped) => decodeURIComponent(escaped))).toEqual(tags)
          expect(read).toEqual(tags.map((each) => taggedAs(each, kind)))
        }
        const [groups] = tagHeaders(tags, ['cache-groups'])
        const items = parseList(groups?.[1] ?? '').map(([item]) => item)
        expect(items.map((item) => (typeof item === 'string' ? decodeURIComponent(item) : item))).toEqual(tags)
      }),
    )
  })

  it('are taken away from what clients get, but for the one that is meant for any cache', () => {
    expect(TAG_HEADERS).toEqual(['cache-tag', 'surrogate-key', 'xkey'])
  })
})
