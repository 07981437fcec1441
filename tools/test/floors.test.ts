import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { brokenFloors } from '../checks/floors.mjs'
import { brokenHabits } from '../checks/habits.mjs'
import { withoutComments } from '../checks/source-files.mjs'

let repository = ''

beforeEach(() => {
  repository = mkdtempSync(join(tmpdir(), 'redstart-floors-'))
  write('pnpm-workspace.yaml', 'packages:\n  - packages/*\n')
  write('packages/core/package.json', '{}')
})

afterEach(() => rmSync(repository, { recursive: true, force: true }))

function write(path: string, text: string): void {
  mkdirSync(dirname(join(repository, path)), { recursive: true })
  writeFileSync(join(repository, path), text)
}

function problemsOf(file: string, code: string): string[] {
  write(`packages/core/src/${file}`, code)
  return brokenFloors(repository)
}

const FORBIDDEN: readonly (readonly [file: string, imported: string])[] = [
  ['errors.ts', './wire/codec.ts'],
  ['errors.ts', './duration.ts'],
  ['clock.ts', './telemetry/events.ts'],
  ['wire/codec.ts', '../cache/entry.ts'],
  ['cache/engine.ts', '../memory/index.ts'],
  ['cache/engine.ts', '../redis/index.ts'],
  ['cache/engine.ts', '../session/session.ts'],
  ['cache/engine.ts', '../backend.ts'],
  ['cache/deep/engine.ts', '../../redis/index.ts'],
  ['invalidation/view.ts', '../cache/entry.ts'],
  ['session/session.ts', '../cache/entry.ts'],
  ['session/session.ts', '../invalidation/view.ts'],
  ['rate-limit/policy.ts', '../session/session.ts'],
  ['memory/memory.ts', '../redis/index.ts'],
  ['redis/redis.ts', '../memory/index.ts'],
  ['backend.ts', './redis/index.ts'],
  ['redis/redis.ts', '../http/exchange.ts'],
  ['http/exchange.ts', '../redstart.ts'],
  ['redstart.ts', './index.ts'],
  ['cache/engine.ts', '../somewhere/else.ts'],
]

test.each(FORBIDDEN)('%s must not import %s', (file, imported) => {
  expect(problemsOf(file, `\nimport { a } from '${imported}'\n`)).toEqual([
    expect.stringMatching(new RegExp(`^packages/core/src/${file}:2: .* must not import `)),
  ])
})

const ALLOWED: readonly (readonly [file: string, imported: string])[] = [
  ['duration.ts', './errors.ts'],
  ['telemetry/events.ts', '../clock.ts'],
  ['wire/codec.ts', '../errors.ts'],
  ['cache/engine.ts', './entry.ts'],
  ['cache/cache-store.ts', '../invalidation/view.ts'],
  ['cache/deep/engine.ts', '../engine.ts'],
  ['backend.ts', './cache/cache-store.ts'],
  ['redis/redis.ts', '../backend.ts'],
  ['http/exchange.ts', '../memory/index.ts'],
  ['index.ts', './redstart.ts'],
  ['redstart.ts', './memory/index.ts'],
]

test.each(ALLOWED)('%s may import %s', (file, imported) => {
  expect(problemsOf(file, `import { a } from '${imported}'`)).toEqual([])
})

test.each([
  "import type { A } from '../redis/index.ts'",
  "export * from '../redis/index.ts'",
  "export type { A } from '../redis/index.ts'",
  "import '../redis/index.ts'",
  "const a = await import('../redis/index.ts')",
  "type A = import('../redis/index.ts').A",
  'import {\n  a,\n  b,\n} from "../redis/index.ts"',
])('%s counts as an import', (code) => {
  expect(problemsOf('cache/engine.ts', code)).toHaveLength(1)
})

test('a comment does not, and a new room must get a floor', () => {
  expect(problemsOf('cache/engine.ts', "// import '../redis/index.ts'\n/* import '../redis/index.ts' */")).toEqual([])
  expect(problemsOf('attic/box.ts', '')).toEqual([expect.stringContaining("'attic' has no floor yet")])
})

test.each([
  ['Date.now()', 1],
  ['performance.now()', 1],
  ['new Date()', 1],
  ['new Date(instant)', 0],
  ['"Date.now()" // Date.now()', 1],
  ['value as unknown as string', 1],
  ['// Date.now()', 0],
])('%s is a broken habit %i times', (code, times) => {
  write('packages/core/src/cache/engine.ts', code)
  expect(brokenHabits(repository)).toHaveLength(times)
})

test('the clock may ask for the time, and no workspace reaches into another by a path', () => {
  write('packages/core/src/clock.ts', 'Date.now()')
  write('packages/testing/package.json', '{}')
  write('packages/testing/src/index.ts', "import '../../core/src/index.ts'")
  expect(brokenHabits(repository)).toEqual([
    "packages/testing/src/index.ts:1: '../../core/src/index.ts' is outside packages/testing; import the package",
  ])
})

test('taking comments away keeps strings, templates and line numbers', () => {
  const source = `const a = 'x // y' // gone\n/* gone\n gone */ const b = \`/* kept */\`\nconst c = /[/*]\\/\\//.test(a)\n`
  expect(withoutComments(source)).toBe(
    `const a = 'x // y' \n\n const b = \`/* kept */\`\nconst c = /[/*]\\/\\//.test(a)\n`,
  )
})
