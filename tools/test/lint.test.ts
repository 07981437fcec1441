import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { root } from '../root.mjs'
import { tool } from '../tool.mjs'

let repository = ''

beforeEach(() => {
  repository = mkdtempSync(join(tmpdir(), 'redstart-lint-'))
  mkdirSync(join(repository, 'packages/one/src'), { recursive: true })
  copyFileSync(join(root, '.oxlintrc.json'), join(repository, '.oxlintrc.json'))
  const compilerOptions = {
    target: 'es2023',
    module: 'nodenext',
    strict: true,
    types: [],
    rewriteRelativeImportExtensions: true,
  }
  writeFileSync(join(repository, 'packages/one/tsconfig.json'), JSON.stringify({ compilerOptions, include: ['src'] }))
  writeFileSync(join(repository, 'package.json'), '{ "type": "module" }')
})

afterEach(() => rmSync(repository, { recursive: true, force: true }))

const GO = 'export async function go(): Promise<void> {}\n'

const VIOLATIONS: Readonly<Record<string, string>> = {
  'typescript(no-floating-promises)': `${GO}go()\n`,
  'typescript(no-misused-promises)': `${GO}if (go()) void 0\n`,
  'typescript(no-explicit-any)': 'export const value: any = 1\n',
  'typescript(no-unsafe-member-access)': 'export const length: unknown = JSON.parse("").length\n',
  'import(no-cycle)': "import type { B } from './other.ts'\nexport interface A {\n  readonly b: B\n}\n",
  'eslint(max-lines)': '// one more line\n'.repeat(251),
  'eslint(max-lines-per-function)': `export function long(): void {\n${'  void 0\n'.repeat(60)}}\n`,
}

test.each(Object.keys(VIOLATIONS))('%s is found', async (rule) => {
  write('index.ts', VIOLATIONS[rule] ?? '')
  write('other.ts', "import type { A } from './index.ts'\nexport interface B {\n  readonly a: A\n}\n")
  const { ok, text } = await tool('oxlint', ['--format=unix'], { cwd: repository })
  expect(ok).toBe(false)
  expect(text).toContain(rule)
})

test('what is in order passes', async () => {
  write('index.ts', `${GO}await go()\nexport function long(): void {\n${'  void 0\n'.repeat(58)}}\n`)
  expect(await tool('oxlint', ['--format=unix'], { cwd: repository })).toEqual({ ok: true, text: expect.anything() })
})

function write(name: string, code: string): void {
  writeFileSync(join(repository, 'packages/one/src', name), code)
}
