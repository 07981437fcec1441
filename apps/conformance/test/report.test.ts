import { describe, expect, it } from 'vitest'
import { unexpected } from '../src/results/expectations.ts'
import { groupsThatDiffer } from '../src/results/groups.ts'
import { scoreOf, type ScoredTest } from '../src/results/score.ts'
import { markdownTable, scoreTable } from '../src/results/table.ts'
import type { Verdicts } from '../src/results/verdict.ts'

const TESTS: readonly ScoredTest[] = [
  { id: 'passes' },
  { id: 'fails' },
  { id: 'depends', kind: 'required' },
  { id: 'no-setup' },
  { id: 'browser' },
  { id: 'better', kind: 'optimal' },
  { id: 'how', kind: 'check' },
]

const VERDICTS: Verdicts = {
  passes: 'pass',
  fails: 'fail',
  depends: 'dependency failed',
  'no-setup': 'setup failure',
  browser: 'not applicable',
  better: 'pass',
  how: 'fail',
}

const passedAlone = (id: string): boolean => ['passes', 'depends', 'better'].includes(id)

describe('a score', () => {
  it('counts the tests of one kind that apply, and those without a kind as required', () => {
    expect(scoreOf('required', TESTS, VERDICTS, passedAlone)).toEqual({
      of: 4,
      passed: 1,
      failed: 1,
      dependency: 1,
      setup: 1,
      raw: 2,
    })
    expect(scoreOf('check', TESTS, VERDICTS, passedAlone)).toMatchObject({ of: 1, passed: 0, failed: 1, raw: 0 })
  })

  it('is a line of a table', () => {
    const [required, optimal, check] = (['required', 'optimal', 'check'] as const).map((kind) =>
      scoreOf(kind, TESTS, VERDICTS, passedAlone),
    )
    if (required === undefined || optimal === undefined || check === undefined) throw new Error('three kinds')
    const line = scoreTable([{ title: 'core', required, optimal, check }]).split('\n')[2]
    expect(line?.split('|').map((cell) => cell.trim())).toEqual([
      '',
      'core',
      '1/4',
      '1',
      '1',
      '1',
      '2/4',
      '1/1',
      '0/1',
      '',
    ])
  })
})

it('pads the cells of a table', () => {
  expect(markdownTable(['a', 'bcd'], [['efg', '1'], ['h']])).toBe(
    '| a   | bcd |\n| --- | --- |\n| efg | 1   |\n| h   |     |',
  )
})

describe('expectations', () => {
  const runs = [
    { name: 'core', verdicts: VERDICTS },
    { name: 'koa', verdicts: { ...VERDICTS, fails: 'pass' } as const },
  ]
  const line = { rfc: 'RFC 9110 8.6', why: 'it has a reason' }

  it('agree where each required failure of a target has its line', () => {
    const expectations = [
      { test: 'fails', targets: ['core'], ...line },
      { test: 'no-setup', ...line },
    ]
    expect(unexpected(expectations, TESTS, runs)).toEqual([])
  })

  it('tell a failure without a line; what depends on another needs none', () => {
    expect(unexpected([{ test: 'no-setup', ...line }], TESTS, runs)).toEqual([
      'core: fails does not pass (fail), and no expectation says why',
    ])
  })

  it('tell a line that is not needed', () => {
    const expectations = ['fails', 'no-setup'].map((test) => ({ test, ...line }))
    expect(unexpected(expectations, TESTS, runs)).toEqual([
      'koa: fails is expected not to pass, and its verdict is: pass',
    ])
  })
})

describe('groups that differ', () => {
  const groups = [
    { id: 'one', name: 'One', tests: [{ id: 'passes' }, { id: 'fails' }, { id: 'browser' }] },
    { id: 'two', name: 'Two', tests: [{ id: 'better' }, { id: 'how' }] },
  ]

  it('are those with another verdict', () => {
    expect(groupsThatDiffer(groups, VERDICTS, { ...VERDICTS, better: 'fail' })).toEqual([
      { group: 'Two', of: 2, passed: [1, 0], tests: ['better'] },
    ])
  })

  it('are none between equal verdicts', () => {
    expect(groupsThatDiffer(groups, VERDICTS, { ...VERDICTS })).toEqual([])
  })

  it('count what applies', () => {
    expect(groupsThatDiffer(groups, VERDICTS, { ...VERDICTS, passes: 'fail' })[0]).toMatchObject({
      of: 2,
      passed: [1, 0],
      tests: ['passes'],
    })
  })
})
