import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Benchmark, Row } from './benchmark.ts'
import { figureText, machine } from './report.ts'
import { FULL } from './rounds.ts'

const ROOT = join(import.meta.dirname, '../../..')
const BEGIN = '<!-- bench:'
const END = '<!-- /bench -->'

/** Pages that have the table of a benchmark between its marks. */
const PAGES: readonly string[] = ['apps/bench/RESULTS.md', 'README.md']

/** Writes the table into each page that has marks for it. */
export async function publish(benchmark: Benchmark, rows: readonly Row[], isAwake: boolean): Promise<void> {
  const text = markdownOf(benchmark, rows, isAwake)
  for (const page of PAGES) {
    const file = join(ROOT, page)
    const before = await readFile(file, 'utf8')
    if (before.includes(beginOf(benchmark.name))) await writeFile(file, replaced(before, benchmark.name, text))
  }
}

/** The page with another text between the marks of that benchmark. */
export function replaced(page: string, name: string, text: string): string {
  const begin = beginOf(name)
  const from = page.indexOf(begin)
  const to = page.indexOf(END, from)
  if (from === -1 || to === -1) throw new Error(`The page has no ${begin} before a ${END}`)
  return `${page.slice(0, from)}${begin}\n\n${text}\n${page.slice(to)}`
}

function beginOf(name: string): string {
  return `${BEGIN}${name} -->`
}

/**
 * The rows as a table: the first contender's figure, and of the others the figure and the ratio to it.
 *
 * @param isAwake whether the processors were kept from falling asleep.
 */
export function markdownOf(
  { name, title, notes = [], othersTogether = false }: Benchmark,
  rows: readonly Row[],
  isAwake: boolean = false,
): string {
  const names = [...new Set(rows.flatMap(({ results }) => results.map((result) => result.name)))]
  const columns = othersTogether
    ? [names[0] ?? '', 'others']
    : [...names.filter((each) => !each.startsWith('bare ')), 'floor']
  const lines = rows.map((row) => (othersTogether ? [row.name, ...inTwo(row)] : cells(row, columns)))
  const date = new Date().toISOString().slice(0, 10)
  const table = [['', ...columns], columns.map(() => '---').concat('---'), ...lines]
  return [
    `\`npm run bench -- ${name}\`, ${date}, ${machine()}. ${title}; medians of ${FULL.rounds} interleaved rounds; the`,
    'factor is the figure over that of the first column of its row.',
    ...(isAwake ? ['Loops of idle priority keep the processors from falling asleep.'] : []),
    ...notes,
    '',
    ...table.map((line) => `| ${line.join(' | ')} |`),
    '',
  ].join('\n')
}

function inTwo({ unit, results: [first, ...others] }: Row): readonly string[] {
  const told = others.map(({ name, figure, ratio }) => `${name} ${figureText(figure, unit)} (x ${ratio.toFixed(2)})`)
  return [first === undefined ? '' : figureText(first.figure, unit), told.join('; ')]
}

function cells({ name, unit, results }: Row, columns: readonly string[]): string[] {
  const found = columns.map((column) =>
    results.find((result) => (column === 'floor' ? result.name.startsWith('bare ') : result.name === column)),
  )
  return [
    name,
    ...found.map((result) => {
      if (result === undefined) return ''
      const figure = figureText(result.figure, unit)
      return result === results[0] ? figure : `${figure} (x ${result.ratio.toFixed(2)})`
    }),
  ]
}
