import type { Score } from './score.ts'

/** What became of a target. */
export interface Row {
  readonly title: string
  readonly required: Score
  readonly optimal: Score
  readonly check: Score
}

const COLUMNS = [
  'target',
  'required: passed',
  'failed',
  'dependency failed',
  'setup failure',
  'passed, raw',
  'optimal',
  'check',
] as const

/** A table in Markdown. */
export function scoreTable(rows: readonly Row[]): string {
  return markdownTable(COLUMNS, rows.map(cells))
}

/** Cells of a column are padded to the same width, so that it reads well in a terminal too. */
export function markdownTable(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map((title, n) => Math.max(title.length, ...rows.map((row) => row[n]?.length ?? 0)))
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, n) => (row[n] ?? '').padEnd(width)).join(' | ')} |`
  return [line(columns), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')
}

function cells({ title, required, optimal, check }: Row): readonly string[] {
  const { of, passed, failed, dependency, setup, raw } = required
  return [
    title,
    ...[`${passed}/${of}`, failed, dependency, setup, `${raw}/${of}`].map(String),
    ...[optimal, check].map((score) => `${score.passed}/${score.of}`),
  ]
}
