import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { root } from '../root.mjs'

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'redstart-count-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Of standard output alone: what comes through two pipes has no order. */
function lastLineOf(files: Readonly<Record<string, string>>): { exitCode: number | null; line: string | undefined } {
  for (const [name, code] of Object.entries(files)) writeFileSync(join(folder, name), code)
  const reporters = ['--reporter=default', `--reporter=${join(root, 'tools/count-reporter.mjs')}`]
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const args = [vitest, 'run', '--root', folder, '--globals', ...reporters]
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
  return { exitCode: status, line: stdout.trimEnd().split('\n').at(-1) }
}

test('passed and skipped tests', () => {
  const code = "test('a', () => {})\ntest.each([1, 2])('b %i', () => {})\ntest.skip('c', () => {})\n"
  expect(lastLineOf({ 'a.test.js': code })).toEqual({ exitCode: 0, line: '3 passed, 0 failed' })
})

test('a failed test, a file that cannot be read, and an error outside any test all count as failures', () => {
  const { exitCode, line } = lastLineOf({
    'good.test.js': "test('a', () => {})",
    'bad.test.js': "test('a', () => { throw new Error('no') })",
    'broken.test.js': "import './nothing.js'",
    'stray.test.js':
      "test('a', () => { setImmediate(() => { throw new Error('later') }) })\ntest('b', () => new Promise((done) => setTimeout(done, 50)))",
  })
  expect(line).toBe('3 passed, 3 failed')
  expect(exitCode).toBe(1)
})
