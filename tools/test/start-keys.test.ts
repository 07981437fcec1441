import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { root } from '../root.mjs'
import { keysForStart } from '../start-keys.mjs'

let folder = ''
let file = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'redstart-keys-'))
  file = join(folder, 'made/keys')
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('a key of 32 bytes is made once and kept where nobody else can read it', () => {
  const { REDSTART_KEYS: key = '' } = keysForStart({ env: {}, file })
  expect(Buffer.from(key, 'base64')).toHaveLength(32)
  expect(keysForStart({ env: { REDSTART_KEYS: ' ' }, file })).toEqual({ REDSTART_KEYS: key })
  expect(readFileSync(file, 'utf8')).toBe(`${key}\n`)
  if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(readdirSync(join(folder, 'made'))).toEqual(['keys'])
  rmSync(file)
  expect(keysForStart({ env: {}, file })).not.toEqual({ REDSTART_KEYS: key })
})

test.each(['REDSTART_KEYS', 'SESSION_ENCRYPTION_KEY'])('with %s none is made, and nothing is added', (name) => {
  expect(keysForStart({ env: { [name]: 'whatever it is' }, file })).toEqual({})
  expect(readdirSync(folder)).toEqual([])
})

test('a file that holds something else is left alone, and not repeated', () => {
  file = join(folder, 'keys')
  writeFileSync(file, 'hunter2')
  const start = (): unknown => keysForStart({ env: {}, file })
  expect(start).toThrow(`${file} holds no key of 32 bytes as base64; delete it, and a new one is made`)
  expect(readFileSync(file, 'utf8')).toBe('hunter2')
})

test('of several that start together all have one key', async () => {
  const script = `
    import { keysForStart } from ${JSON.stringify(new URL('../start-keys.mjs', import.meta.url).href)}
    console.log(keysForStart({ env: {}, file: ${JSON.stringify(file)} }).REDSTART_KEYS)`
  const start = (): Promise<{ stdout: string }> =>
    promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script])
  const made = await Promise.all([start(), start(), start(), start()])
  const kept = readFileSync(file, 'utf8')
  expect(made.map(({ stdout }) => stdout)).toEqual([kept, kept, kept, kept])
})

test('the file of this clone is in a folder that git ignores', () => {
  expect(readFileSync(join(root, '.gitignore'), 'utf8').split('\n')).toContain('.redstart/')
})
