import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Validators } from '../../../src/http/caching/conditional.ts'
import { selectRange, type SelectedRange } from '../../../src/http/caching/range.ts'
import { fields } from './fields.ts'

const NONE: Validators = { etag: undefined, lastModified: undefined, date: undefined }
const WHOLE: SelectedRange = { kind: 'whole' }
const UNSATISFIABLE: SelectedRange = { kind: 'unsatisfiable' }
const part = (start: number, end: number): SelectedRange => ({ kind: 'part', start, end })

function select(headers: Readonly<Record<string, string>>, length: number, validators: Partial<Validators> = {}) {
  return selectRange({ method: 'GET', header: fields(headers) }, { ...NONE, ...validators }, length)
}

describe('selectRange', () => {
  it.each<[range: string, length: number, selected: SelectedRange]>([
    // RFC 9110 14.1.2.
    ['bytes=0-499', 10_000, part(0, 499)],
    ['bytes=500-999', 10_000, part(500, 999)],
    ['bytes=-500', 10_000, part(9500, 9999)],
    ['bytes=9500-', 10_000, part(9500, 9999)],
    ['bytes=0-0,-1', 10_000, WHOLE],
    ['bytes=500-600,601-999', 10_000, WHOLE],
    ['bytes=0-1', 11, part(0, 1)],
    ['bytes=1-', 11, part(1, 10)],
    ['bytes=-1', 11, part(10, 10)],
    ['bytes=0-', 11, part(0, 10)],
    ['bytes=5-5', 11, part(5, 5)],
    ['bytes=10-10', 11, part(10, 10)],
    ['Bytes= 2-3 ', 11, part(2, 3)],
    ['bytes=0-99999999999999999999', 11, part(0, 10)],
    ['bytes=-99999999999999999999', 11, part(0, 10)],
    ['bytes=11-', 11, UNSATISFIABLE],
    ['bytes=11-12', 11, UNSATISFIABLE],
    ['bytes=99999999999999999999-', 11, UNSATISFIABLE],
    [`bytes=${'9'.repeat(400)}-`, 11, UNSATISFIABLE],
    ['bytes=-0', 11, UNSATISFIABLE],
    ['bytes=0-', 0, UNSATISFIABLE],
    ['bytes=-0', 0, UNSATISFIABLE],
    ['bytes=-5', 0, WHOLE],
    ['bytes=5-4', 11, WHOLE],
    ['bytes=20-19', 11, WHOLE],
    ['', 11, WHOLE],
    ['bytes', 11, WHOLE],
    ['bytes=', 11, WHOLE],
    ['bytes=-', 11, WHOLE],
    ['bytes=1', 11, WHOLE],
    ['bytes=a-b', 11, WHOLE],
    ['bytes=1-b', 11, WHOLE],
    ['bytes=+1-2', 11, WHOLE],
    ['bytes=1.0-2', 11, WHOLE],
    ['bytes=1--2', 11, WHOLE],
    ['bytes =0-1', 11, WHOLE],
    ['bytes=0-1, bytes=2-3', 11, WHOLE],
    ['items=0-1', 11, WHOLE],
  ])('takes %j of %d bytes', (range, length, selected) => {
    expect(select({ Range: range }, length)).toEqual(selected)
  })

  it('takes no part for another method, or where none is asked for', () => {
    const header = fields({ Range: 'bytes=0-1' })
    for (const method of ['HEAD', 'POST']) expect(selectRange({ method, header }, NONE, 10)).toEqual(WHOLE)
    expect(select({}, 10)).toEqual(WHOLE)
    expect(select({ 'If-Range': '"a"' }, 10, { etag: '"a"' })).toEqual(WHOLE)
  })

  const MODIFIED = 'Sun, 06 Nov 1994 08:49:37 GMT'
  const LATER = 'Sun, 06 Nov 1994 08:49:38 GMT'

  it.each<[ifRange: string, stored: Partial<Validators>, is: boolean]>([
    ['"a"', { etag: '"a"' }, true],
    ['"a"', { etag: '"b"' }, false],
    ['"a"', {}, false],
    ['W/"a"', { etag: 'W/"a"' }, false],
    ['"a"', { etag: 'W/"a"' }, false],
    ['W/"a"', { etag: '"a"' }, false],
    ['"a", "b"', { etag: '"a"' }, false],
    ['a', { etag: 'a' }, false],
    [MODIFIED, { lastModified: MODIFIED, date: LATER }, true],
    ['Sunday, 06-Nov-94 08:49:37 GMT', { lastModified: MODIFIED, date: LATER }, true],
    [LATER, { lastModified: MODIFIED, date: LATER }, false],
    // Within the same second it could have changed again: RFC 9110 8.8.2.2.
    [MODIFIED, { lastModified: MODIFIED, date: MODIFIED }, false],
    [MODIFIED, { lastModified: MODIFIED }, false],
    [MODIFIED, { date: MODIFIED }, false],
    ['foo', { lastModified: 'foo', date: LATER }, false],
    ['', { etag: '' }, false],
  ])('with If-Range: %s of %j', (ifRange, stored, is) => {
    expect(select({ Range: 'bytes=0-1', 'If-Range': ifRange }, 10, stored)).toEqual(is ? part(0, 1) : WHOLE)
    // Nobody is told that there is no such range of what he does not have.
    expect(select({ Range: 'bytes=10-', 'If-Range': ifRange }, 10, stored)).toEqual(is ? UNSATISFIABLE : WHOLE)
  })

  it('stays within the bytes that there are', () => {
    const number = fc.oneof(fc.constant(''), fc.nat().map(String), fc.nat(20).map(String))
    const range = fc.oneof(
      fc.string(),
      fc.tuple(number, number).map(([first, last]) => `bytes=${first}-${last}`),
    )
    fc.assert(
      fc.property(range, fc.nat(20), (of, length) => {
        const selected = select({ Range: of }, length)
        if (selected.kind !== 'part') return
        expect(selected.start).toBeGreaterThanOrEqual(0)
        expect(selected.end).toBeGreaterThanOrEqual(selected.start)
        expect(selected.end).toBeLessThan(length)
      }),
    )
  })
})
