import { describe, expect, it } from 'vitest'
import { deltaSeconds } from '../../../src/http/caching/cache-control.ts'
import { responseDirectives } from '../../../src/http/caching/targeted.ts'
import { fields } from './fields.ts'

const TARGETS = ['Example-Cache-Control', 'CDN-Cache-Control']

describe('responseDirectives', () => {
  it.each<
    [what: string, headers: Record<string, string>, targeted: string | undefined, of: Record<string, string | true>]
  >([
    ['nothing', {}, undefined, {}],
    ['Cache-Control alone', { 'Cache-Control': 'max-age=60' }, undefined, { 'max-age': '60' }],
    [
      'the first target that is there',
      { 'Cache-Control': 'no-store', 'CDN-Cache-Control': 'max-age=600', 'Example-Cache-Control': 'max-age=6' },
      'Example-Cache-Control',
      { 'max-age': '6' },
    ],
    [
      'the next one where the first is empty',
      { 'Cache-Control': 'no-store', 'CDN-Cache-Control': 'max-age=600', 'Example-Cache-Control': ' ' },
      'CDN-Cache-Control',
      { 'max-age': '600' },
    ],
    [
      'the next one where the first is malformed',
      { 'CDN-Cache-Control': 'max-age=600', 'Example-Cache-Control': 'max-age=10000, &&&&&' },
      'CDN-Cache-Control',
      { 'max-age': '600' },
    ],
    [
      'Cache-Control where all are malformed',
      { 'Cache-Control': 'no-store', 'CDN-Cache-Control': 'MaX-aGe=3600', 'Example-Cache-Control': 'max-age= 100' },
      undefined,
      { 'no-store': true },
    ],
    ['a field that is none of ours', { 'Other-Cache-Control': 'max-age=1' }, undefined, {}],
    // RFC 9213 2.1: parameters do not count.
    [
      'parameters',
      { 'CDN-Cache-Control': 'max-age=60;a=b, no-store;c' },
      'CDN-Cache-Control',
      { 'max-age': '60', 'no-store': true },
    ],
    [
      'what is false',
      { 'CDN-Cache-Control': 'max-age=60, no-store=?0, private=?0' },
      'CDN-Cache-Control',
      { 'max-age': '60' },
    ],
    ['a list of fields', { 'CDN-Cache-Control': 'private="a, b"' }, 'CDN-Cache-Control', { private: 'a, b' }],
    [
      'a list that is none',
      { 'CDN-Cache-Control': 'private=a, no-cache=(a b)' },
      'CDN-Cache-Control',
      { private: true, 'no-cache': true },
    ],
    ['an extension', { 'CDN-Cache-Control': 'foobar, a=b' }, 'CDN-Cache-Control', { foobar: true, a: 'b' }],
    ['Pragma', { Pragma: 'no-cache' }, undefined, {}],
  ])('takes %s', (_, headers, targeted, of) => {
    const found = responseDirectives(fields(headers), TARGETS)
    expect({ targeted: found.targeted, of: Object.fromEntries(found.directives) }).toEqual({ targeted, of })
  })

  it.each(['max-age="10000"', 'max-age=1.5', 'max-age=abc', 'max-age=-1', 'max-age', 'max-age=(1 2)', 'max-age=@1'])(
    'takes %s for an age of 0',
    (field) => {
      const { directives } = responseDirectives(fields({ 'CDN-Cache-Control': field }), TARGETS)
      expect(deltaSeconds(directives, 'max-age')).toBe(0)
    },
  )

  it('takes numbers as large as they come', () => {
    const { directives } = responseDirectives(fields({ 'CDN-Cache-Control': 'max-age=99999999999' }), TARGETS)
    expect(deltaSeconds(directives, 'max-age')).toBe(2_147_483_647)
  })
})
