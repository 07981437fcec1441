import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Benchmark, Row } from './benchmark.ts'
import { figureText, machine } from './report.ts'
import { FULL } from './rounds.ts'

const ROOT = join(import.meta.dirname, '../../..')
const BEGIN = '<!-- bench:'
const END = '<!-- /bench -->'

/** Writes the table into RESULTS.md, and between its marks in the README. */
export async function publish(benchmark: Benchmark, rows: readonly Row[]): Promise<void> {
  const text = markdownOf(benchmark, rows)
  await writeFile(join(ROOT, 'apps/bench/RESULTS.md'), `# Results of \`npm run bench -- ${benchmark.name}\`\n\n${text}`)
  const file = join(ROOT, 'README.md')
  await writeFile(file, replaced(await readFile(file, 'utf8'), benchmark.name, text))
}

/** The page with another text between the marks of that benchmark. */
export function replaced(page: string, name: string, text: string): string {
  const begin = `${BEGIN}${name} -->`
  const [from, to] = [page.indexOf(begin), page.indexOf(END)]
  if (from === -1 || to < from) throw new Error(`README.md has no ${begin} before a ${END}`)
  return `${page.slice(0, from)}${begin}\n\n${text}\n${page.slice(to)}`
}

/** The rows as a table: the first contender's figure, and of the others the figure and the ratio to it. */
export function markdownOf({ name, title }: Benchmark, rows: readonly Row[]): string {
  const names = [...new Set(rows.flatMap(({ results }) => results.map((result) => result.name)))]
  const columns = [...names.filter((each) => !each.startsWith('bare ')), 'floor']
  const lines = rows.map((row) => cells(row, columns))
  const date = new Date().toISOString().slice(0, 10)
  const table = [['', ...columns], columns.map(() => '---').concat('---'), ...lines]
  return [
    `\`npm run bench -- ${name}\`, ${date}, ${machine()}. ${title}; medians of ${FULL.rounds} interleaved rounds; the`,
    'factor is the figure over that of the first column of its row. The floor is a bare lru-cache where memory answers,',
    'and a bare ioredis with JSON elsewhere. async-cache-dedupe has one store: memory for the rows of L1, miss and',
    'concurrent misses, Redis for L2. cacheable, cache-manager and ocache are measured without tags.',
    '',
    ...table.map((line) => `| ${line.join(' | ')} |`),
    '',
  ].join('\n')
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
