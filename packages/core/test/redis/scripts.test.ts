import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { ask, identify, invalidate, write } from '../../src/redis/scripts.ts'

it('the module of script texts is up to date with lua/*.lua', () => {
  const script = fileURLToPath(new URL('../../scripts/embed-lua.mjs', import.meta.url))
  expect(execFileSync(process.execPath, [script, '--check'], { encoding: 'utf8' })).toBe('')
})

it('every script begins with a shebang and is known by the SHA-1 of its text', () => {
  for (const { text, sha } of [ask, identify, invalidate, write]) {
    expect(text).toMatch(/^#!lua( flags=allow-oom)?\n/)
    expect(sha).toMatch(/^[0-9a-f]{40}$/)
  }
})
