import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { EXPECTATIONS } from './expectations.ts'
import { measure, type Measured, updateBaseline } from './measure.ts'
import { differencesTable, failuresOf, tableOf } from './report.ts'
import { resultsPage } from './results-page.ts'
import { unexpected } from './results/expectations.ts'
import { seamDifferences } from './seam.ts'
import { TESTS } from './suite/tests.ts'
import { runTarget } from './targets/run-target.ts'
import { type Target, TARGETS } from './targets/targets.ts'

const USAGE = `Usage: npm run conformance -- [TARGET ...] [--update] [--failures]   the score; of all targets it is kept in RESULTS.md
       npm run conformance -- TARGET ... --test ID                   one test, with all that is sent
       npm run conformance -- --seam                                 that a policy which does nothing changes nothing
TARGET is one of: ${TARGETS.map(({ name }) => name).join(', ')}
--update   what passes now has to pass from now on
--failures says of each test that does not pass why`

async function main(): Promise<boolean> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      update: { type: 'boolean', default: false },
      failures: { type: 'boolean', default: false },
      seam: { type: 'boolean', default: false },
      test: { type: 'string' },
    },
  })
  const targets = TARGETS.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
  if (positionals.some((name) => !TARGETS.some((target) => target.name === name))) throw new Error(USAGE)
  if (values.seam) return showSeam()
  if (values.test !== undefined) return showTest(targets, values.test)
  return score(targets, values)
}

async function score(targets: readonly Target[], options: { update: boolean; failures: boolean }): Promise<boolean> {
  const measured: Measured[] = []
  for (const target of targets) {
    const started = performance.now()
    measured.push(await measure(target))
    console.log(`${target.name}: ${((performance.now() - started) / 1000).toFixed(1)} s`)
  }
  if (options.failures) print(measured.flatMap(failuresOf))
  print(['', tableOf(measured), ''])
  const differences = differencesTable(measured)
  if (differences !== undefined) print([differences, ''])
  const wrong = options.update ? [] : measured.flatMap(lossesOf)
  wrong.push(...unexpected(EXPECTATIONS, TESTS, measured.filter(({ target }) => target.layer === 'rfc').map(named)))
  print(measured.flatMap(noticesOf))
  print(wrong)
  if (options.update) for (const each of measured) await updateBaseline(each)
  if (targets.length === TARGETS.length)
    await writeFile(join(import.meta.dirname, '../RESULTS.md'), await resultsPage(measured))
  return wrong.length === 0
}

/** One test with what it depends on left aside. */
async function showTest(targets: readonly Target[], id: string): Promise<boolean> {
  const test = TESTS.find((each) => each.id === id)
  if (test === undefined) throw new Error(`There is no test ${id} for caches that are no browser's`)
  let passed = true
  for (const target of targets) {
    const results = await runTarget(target, [{ ...test, dump: true }])
    console.log(`${target.name}: ${id}:`, results[id])
    passed &&= results[id] === true
  }
  return passed
}

async function showSeam(): Promise<boolean> {
  const differences = await seamDifferences()
  print(differences.map(({ framework, test, ...verdicts }) => `${framework}: ${test}: ${JSON.stringify(verdicts)}`))
  console.log(differences.length === 0 ? 'A policy that does nothing changes nothing.' : '')
  return differences.length === 0
}

function named({ target: { name }, verdicts }: Measured): { name: string; verdicts: Measured['verdicts'] } {
  return { name, verdicts }
}

function lossesOf({ target, comparison, verdicts }: Measured): readonly string[] {
  return comparison.lost.map((id) => `${target.name}: ${id} passed, and does not any more (${verdicts[id] ?? 'gone'})`)
}

function noticesOf({ target, comparison, repeated }: Measured): readonly string[] {
  return [
    ...repeated.map((id) => `${target.name}: ${id} passed only the second time`),
    ...comparison.gained.map((id) => `${target.name}: ${id} passes now; '-- --update' keeps that`),
  ]
}

function print(lines: readonly string[]): void {
  for (const line of lines) console.log(line)
}

main().then(
  (good) => {
    process.exitCode = good ? 0 : 1
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 2
  },
)
