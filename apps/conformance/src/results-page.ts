import { arch, cpus, platform } from 'node:os'
import { EXPECTATIONS } from './expectations.ts'
import type { Measured } from './measure.ts'
import { differencesTable, rowOf, tableOf } from './report.ts'
import { markdownTable, scoreTable } from './results/table.ts'
import { others } from './suite/others.ts'
import { verdictsOf } from './suite/verdicts.ts'

/** All of `RESULTS.md`. */
export async function resultsPage(measured: readonly Measured[]): Promise<string> {
  const parts = [
    '# Results',
    measuredOn(),
    SCORE,
    tableOf(measured),
    'What the package of the suite says of others, in the versions of its time, counted in the same way:',
    await othersTable(),
    '## What the default profile does otherwise',
    'Numbers of tests that pass:',
    differencesTable(measured) ?? '',
    '## Required tests that do not pass',
    STALE_CLOSE,
    expectationsTable(),
  ]
  return `${parts.join('\n\n')}\n`
}

const SCORE = `The score of the response cache in \`http-cache-tests\` 0.4.5, the public suite for HTTP caches, as its authors count: a
test whose dependency did not pass does not count as passed; \`raw\` leaves dependencies aside. Tests for browsers alone
are left out.`

const STALE_CLOSE = `Four depend on \`stale-close\`, and no cache can pass them: the origin ends the connection without an answer, and what the
client gets has to carry a header of the origin. The others:`

function measuredOn(): string {
  const date = new Date().toISOString().slice(0, 10)
  const processor = cpus()[0]?.model.trim() ?? 'unknown processor'
  return `\`npm run conformance\`, ${date}, Node ${process.version}, ${platform()} ${arch()}, ${cpus().length} x ${processor}.`
}

async function othersTable(): Promise<string> {
  return scoreTable((await others()).map(({ title, results }) => rowOf(title, results, verdictsOf(results))))
}

function expectationsTable(): string {
  const cells = EXPECTATIONS.map(({ test, targets, rfc, why }) => [test, targets?.join(', ') ?? 'all', rfc, why])
  return markdownTable(['test', 'targets', 'RFC', 'why'], cells)
}
