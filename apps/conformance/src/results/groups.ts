import type { Verdicts } from './verdict.ts'

/** Tests of one subject. */
export interface Group {
  readonly id: string
  readonly name: string
  readonly tests: readonly { readonly id: string }[]
}

/** A group in which two targets differ. */
export interface GroupDifference {
  readonly group: string
  readonly of: number
  readonly passed: readonly [one: number, other: number]
  /** Of tests with another verdict. */
  readonly tests: readonly string[]
}

export function groupsThatDiffer(groups: readonly Group[], one: Verdicts, other: Verdicts): readonly GroupDifference[] {
  return groups.flatMap(({ name, tests }) => {
    const ids = tests.map(({ id }) => id).filter((id) => one[id] !== 'not applicable')
    const differing = ids.filter((id) => one[id] !== other[id])
    const passed = (verdicts: Verdicts): number => ids.filter((id) => verdicts[id] === 'pass').length
    if (differing.length === 0) return []
    return [{ group: name, of: ids.length, passed: [passed(one), passed(other)], tests: differing }]
  })
}
