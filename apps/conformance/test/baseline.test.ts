import { describe, expect, it } from 'vitest'
import { baselineText, compare, readBaseline } from '../src/results/baseline.ts'
import type { Verdicts } from '../src/results/verdict.ts'

const BASELINE: Verdicts = { a: 'pass', b: 'fail', c: 'pass', d: 'dependency failed', e: 'not applicable' }

describe('a comparison with a baseline', () => {
  it('finds nothing in the same verdicts', () => {
    expect(compare(BASELINE, { ...BASELINE })).toEqual({ lost: [], gained: [] })
  })

  it.each(['fail', 'dependency failed', 'setup failure', 'not applicable'] as const)(
    'finds what passed and is now: %s',
    (verdict) => {
      expect(compare(BASELINE, { ...BASELINE, c: verdict })).toEqual({ lost: ['c'], gained: [] })
    },
  )

  it('finds what passed and is gone', () => {
    const { a: _gone, ...rest } = BASELINE
    expect(compare(BASELINE, rest)).toEqual({ lost: ['a'], gained: [] })
  })

  it('finds what passes now, new tests included', () => {
    expect(compare(BASELINE, { ...BASELINE, b: 'pass', d: 'pass', f: 'pass' })).toEqual({
      lost: [],
      gained: ['b', 'd', 'f'],
    })
  })

  it('minds no other change', () => {
    expect(compare(BASELINE, { ...BASELINE, b: 'setup failure', d: 'fail', f: 'fail' })).toEqual({
      lost: [],
      gained: [],
    })
  })

  it('finds nothing where there is no baseline', () => {
    expect(compare(undefined, BASELINE)).toEqual({ lost: [], gained: [] })
  })
})

describe('the text of a baseline', () => {
  it('has one line per test, sorted', () => {
    expect(baselineText({ 'b-"2"': 'fail', a: 'pass' })).toBe('{\n  "a": "pass",\n  "b-\\"2\\"": "fail"\n}\n')
  })

  it('is read as what it was written from', () => {
    expect(readBaseline(baselineText(BASELINE))).toEqual(BASELINE)
  })

  it.each(['null', '3', '{"a":"passes"}', '{"a":true}', '{'])('is not: %s', (text) => {
    expect(() => readBaseline(text)).toThrow()
  })
})
