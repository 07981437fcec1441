import { type Fields, fields, isRecord } from './checks.ts'
import { type Check, type Finding, refusalOf } from './problem.ts'

/** Lets the library's own check look at one field at a time, so that every field that is wrong is told. */
export function checkedBy(
  check: (options: object) => unknown,
  known: Readonly<Record<string, true | readonly string[]>>,
): Fields {
  const entries = Object.entries(known).map(([name, inner]): [string, Check] => [
    name,
    (value, path) => {
      const strangers = inner === true || !isRecord(value) ? [] : unknownIn(value, path, inner)
      return strangers.length > 0 ? strangers : refusalOf(path, () => check({ [name]: value }))
    },
  ])
  return Object.fromEntries(entries)
}

function unknownIn(value: object, path: string, known: readonly string[]): readonly Finding[] {
  return fields(Object.fromEntries(known.map((name) => [name, () => []])))(value, path)
}
