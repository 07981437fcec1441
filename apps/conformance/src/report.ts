import type { Measured } from './measure.ts'
import { type GroupDifference, groupsThatDiffer } from './results/groups.ts'
import { type Kind, type Score, scoreOf } from './results/score.ts'
import type { Verdicts } from './results/verdict.ts'
import { markdownTable, type Row, scoreTable } from './results/table.ts'
import type { SuiteResults } from './suite/run-suite.ts'
import { GROUPS, TESTS } from './suite/tests.ts'
import { CORE, CORE_DEFAULT, type Target } from './targets/targets.ts'

/** The scores, as a table. */
export function tableOf(measured: readonly Measured[]): string {
  return scoreTable(measured.map(({ target: { title }, results, verdicts }) => rowOf(title, results, verdicts)))
}

/** The groups that the default profile has on purpose another score in, as a table; undefined where they were not both run. */
export function differencesTable(measured: readonly Measured[]): string | undefined {
  const [rfc, byDefault] = [CORE, CORE_DEFAULT].map(({ name }) => verdictsIn(measured, name))
  if (rfc === undefined || byDefault === undefined) return undefined
  const differences = groupsThatDiffer(GROUPS, rfc, byDefault)
  const cells = ({ group, of, passed: [one, other], tests }: GroupDifference): string[] =>
    [group, `${one}/${of}`, `${other}/${of}`, tests.length].map(String)
  return markdownTable(['group', 'rfc', 'by default', 'tests that differ'], differences.map(cells))
}

/** What did not pass, and what the suite says of it. */
export function failuresOf({ target, results, verdicts }: Measured): readonly string[] {
  return TESTS.filter(({ id }) => verdicts[id] !== 'pass').map(({ id, kind = 'required' }) => {
    const result = results[id]
    const said = Array.isArray(result) ? `: ${result.join(': ')}` : ''
    return `${target.name} ${kind} ${id} (${verdicts[id]})${said}`
  })
}

/** A line of the table. */
export function rowOf(title: string, results: SuiteResults, verdicts: Verdicts): Row {
  const score = (kind: Kind): Score => scoreOf(kind, TESTS, verdicts, (id) => results[id] === true)
  return { title, required: score('required'), optimal: score('optimal'), check: score('check') }
}

function verdictsIn(measured: readonly Measured[], name: Target['name']): Measured['verdicts'] | undefined {
  return measured.find(({ target }) => target.name === name)?.verdicts
}
