import { arch, cpus, platform } from 'node:os'
import { EXPECTATIONS } from './expectations.ts'
import type { Measured } from './measure.ts'
import { type GroupDifference, groupsThatDiffer } from './results/groups.ts'
import { type Kind, scoreOf } from './results/score.ts'
import { markdownTable, type Row, scoreTable } from './results/table.ts'
import { GROUPS, TESTS } from './suite/tests.ts'
import { CORE, CORE_DEFAULT, type Target } from './targets/targets.ts'

/** The scores, as a table. */
export function tableOf(measured: readonly Measured[]): string {
  return scoreTable(measured.map(rowOf))
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

/** All of `RESULTS.md`. */
export function resultsPage(measured: readonly Measured[]): string {
  const differences = differencesTable(measured)
  const date = new Date().toISOString().slice(0, 10)
  return [
    '# Results',
    '',
    `\`npm run conformance\`, ${date}, Node ${process.version}, ${platform()} ${arch()}, ${cpus().length} x ${cpus()[0]?.model.trim() ?? 'unknown processor'}.`,
    '',
    'The score of the response cache in `http-cache-tests` 0.4.5, the public suite for HTTP caches, as its authors count: a',
    'test whose dependency did not pass does not count as passed; `raw` leaves dependencies aside. Tests for browsers alone',
    'are left out.',
    '',
    tableOf(measured),
    ...(differences === undefined
      ? []
      : ['', '## What the default profile does otherwise', '', 'Numbers of tests that pass.', '', differences]),
    ...(EXPECTATIONS.length === 0 ? [] : ['', '## Required tests that do not pass', '', expectationsTable()]),
    '',
  ].join('\n')
}

/** What did not pass, and what the suite says of it. */
export function failuresOf({ target, results, verdicts }: Measured): readonly string[] {
  return TESTS.filter(({ id }) => verdicts[id] !== 'pass').map(({ id, kind = 'required' }) => {
    const result = results[id]
    const said = Array.isArray(result) ? `: ${result.join(': ')}` : ''
    return `${target.name} ${kind} ${id} (${verdicts[id]})${said}`
  })
}

function expectationsTable(): string {
  const cells = EXPECTATIONS.map(({ test, targets, rfc, why }) => [test, targets?.join(', ') ?? 'all', rfc, why])
  return markdownTable(['test', 'targets', 'RFC', 'why'], cells)
}

function rowOf({ target: { title }, results, verdicts }: Measured): Row {
  const score = (kind: Kind) => scoreOf(kind, TESTS, verdicts, (id) => results[id] === true)
  return { title, required: score('required'), optimal: score('optimal'), check: score('check') }
}

function verdictsIn(measured: readonly Measured[], name: Target['name']): Measured['verdicts'] | undefined {
  return measured.find(({ target }) => target.name === name)?.verdicts
}
