import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'

/** What a module and those that it imports take from elsewhere; types are gone when it runs. */
function importsOf(file: string, seen: Set<string> = new Set()): ReadonlySet<string> {
  if (seen.has(file)) return seen
  seen.add(file)
  const text = readFileSync(file, 'utf8')
  for (const [, clause = '', from = ''] of text.matchAll(/^(?:import|export) (?!type )([^;'"]*?)from '([^']+)'/gm)) {
    const names = clause.replace(/[{}\s]/g, ' ').split(',')
    if (/\{/.test(clause) && names.every((name) => name.trim() === '' || /^\s*type /.test(name))) continue
    if (from.startsWith('.')) importsOf(join(dirname(file), from), seen)
    else seen.add(from)
  }
  return seen
}

const ENTRY = join(import.meta.dirname, '../../src/redis-http/index.ts')

it('takes nothing but what Workers, Deno and Bun have as well', () => {
  const packages = [...importsOf(ENTRY)].filter((name) => !name.startsWith('/'))
  expect(packages.sort()).toEqual(['node:buffer', 'node:crypto'])
})

it('a test of it would see a client for connections', () => {
  const packages = importsOf(join(import.meta.dirname, '../../src/redis/index.ts'))
  expect(packages).toContain('ioredis')
})
