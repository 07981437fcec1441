import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cacheGroups, invalidatedGroups } from '../../../src/http/caching/groups.ts'
import { fields } from './fields.ts'

describe.each([
  ['Cache-Groups', cacheGroups],
  ['Cache-Group-Invalidation', invalidatedGroups],
] as const)('%s', (name, groupsOf) => {
  it.each<[field: string, groups: readonly string[]]>([
    ['"scripts"', ['scripts']],
    ['"eurovision-results", "kylie-minogue"', ['eurovision-results', 'kylie-minogue']],
    ['"a", "A"', ['a', 'A']],
    ['"a";x=1, "b"', ['a', 'b']],
    ['"a", "a"', ['a']],
    ['""', ['']],
    ['"a b,c"', ['a b,c']],
    ['"a\\"b"', ['a"b']],
    ['', []],
    // Malformed.
    ['a, b', []],
    ['"a", b', []],
    ['"a", 1', []],
    ['"a", ("b")', []],
    ['"a",', []],
    ['"a" "b"', []],
    ['"a', []],
    ['"ü"', []],
  ])('of %j', (field, groups) => {
    expect(groupsOf(fields({ [name]: field }))).toEqual(groups)
  })

  it('names none where it is not there', () => {
    expect(groupsOf(fields({ 'Cache-Tag': '"a"' }))).toEqual([])
  })

  it('takes as many as there are, of any length', () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[ -~]*$/), { maxLength: 100 })
    fc.assert(
      fc.property(names, (groups) => {
        const field = groups.map((group) => `"${group.replace(/["\\]/g, '\\$&')}"`).join(', ')
        expect(groupsOf(fields({ [name]: field }))).toEqual(groups)
      }),
    )
  })
})
