import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isInstalled, noteInstalled } from '../stamp.mjs'
import { workspaceFolders, workspacePatterns } from '../workspaces.mjs'

let repository = ''

beforeEach(() => {
  repository = mkdtempSync(join(tmpdir(), 'redstart-stamp-'))
  write('pnpm-workspace.yaml', 'packages:\n  - packages/*\n  - tools/one\n\ncatalog:\n  a: 1.0.0\n')
  write('pnpm-lock.yaml', 'lockfileVersion: 9\n')
  write('package.json', '{}')
  write('packages/core/package.json', '{ "name": "core" }')
  write('tools/one/package.json', '{}')
})

afterEach(() => rmSync(repository, { recursive: true, force: true }))

function write(path: string, text: string): void {
  mkdirSync(dirname(join(repository, path)), { recursive: true })
  writeFileSync(join(repository, path), text)
}

test('nothing is installed in a fresh clone; after the note it is', () => {
  expect(isInstalled(repository, 'app')).toBe(false)
  noteInstalled(repository, 'app')
  expect(isInstalled(repository, 'app')).toBe(true)
})

test('everything includes what the applications need, not the other way round', () => {
  noteInstalled(repository, 'app')
  expect(isInstalled(repository, 'everything')).toBe(false)
  noteInstalled(repository, 'everything')
  expect(isInstalled(repository, 'app')).toBe(true)
})

const CHANGES: Readonly<Record<string, () => void>> = {
  'the lockfile': () => write('pnpm-lock.yaml', 'lockfileVersion: 9\n\n'),
  'the catalog': () =>
    write('pnpm-workspace.yaml', 'packages:\n  - packages/*\n  - tools/one\n\ncatalog:\n  a: 1.0.1\n'),
  'the manifest of a workspace': () => write('packages/core/package.json', '{ "name": "kernel" }'),
  'a new workspace': () => write('packages/more/package.json', '{}'),
  'a workspace that is gone': () => rmSync(join(repository, 'packages/core'), { recursive: true }),
  'a removed node_modules': () => rmSync(join(repository, 'node_modules'), { recursive: true }),
}

test.each(Object.keys(CHANGES))('%s makes it install again', (change) => {
  noteInstalled(repository, 'everything')
  CHANGES[change]?.()
  expect(isInstalled(repository, 'app')).toBe(false)
})

test('workspaces are what the list names and has a manifest', () => {
  mkdirSync(join(repository, 'packages/empty'))
  expect(workspaceFolders(repository)).toEqual(['packages/core', 'tools/one'])
  expect(workspacePatterns("packages:\n  - 'a/*'\n  - b\ncatalog: {}\n")).toEqual(['a/*', 'b'])
})
