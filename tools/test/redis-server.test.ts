import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { redisServer } from '../redis-server.mjs'

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'redstart-redis-server-'))
  vi.stubEnv('PATH', folder)
})

afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

function program(name: string, script: string): string {
  const path = join(folder, name)
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
  return path
}

function answers(version: string): string {
  return `echo 'Redis server v=${version} sha=00000000:0 malloc=libc bits=64'`
}

test('what PATH has is used', async () => {
  program('redis-server', answers('7.2.4'))
  expect(await redisServer({})).toBe('redis-server')
})

test('the variable goes before PATH', async () => {
  program('redis-server', answers('7.2.4'))
  const other = program('other-server', answers('8.0.0'))
  expect(await redisServer({ REDSTART_REDIS_SERVER: other })).toBe(other)
})

test('without one, and not allowed to install, the message names every way to get one', async () => {
  const message = await messageOf(redisServer({ REDSTART_NO_INSTALL: '1' }))
  expect(message).toMatch(/no redis-server on PATH/)
  for (const way of ['brew install redis', 'docker run', 'REDSTART_REDIS_SERVER', 'apt-get install'])
    expect(message).toContain(way)
})

test('a server that is too old, or no server at all, is named with its version', async () => {
  program('redis-server', answers('6.2.7'))
  expect(await messageOf(redisServer({}))).toMatch(/redis-server on PATH is Redis 6\.2\.7, which is too old/)
  const wrong = program('wrong', 'echo hello')
  expect(await messageOf(redisServer({ REDSTART_REDIS_SERVER: wrong }))).toMatch(/does not answer --version/)
  expect(await messageOf(redisServer({ REDSTART_REDIS_SERVER: join(folder, 'none') }))).toMatch(/cannot be started/)
})

test.runIf(process.platform === 'linux' && process.getuid?.() === 0)(
  'on Debian as root apt-get installs one, after an update, and leaves no service running',
  async () => {
    const log = join(folder, 'log')
    const installed = join(folder, 'redis-server')
    program(
      'apt-get',
      `echo "apt-get $*" >> ${log}
      case "$1" in install) printf '#!/bin/sh\\n%s\\n' "${answers('7.0.15')}" > ${installed}; /bin/chmod +x ${installed};; esac`,
    )
    program('systemctl', `echo "systemctl $*" >> ${log}`)
    expect(await redisServer({})).toBe('redis-server')
    expect(readFileSync(log, 'utf8').trim().split('\n')).toEqual([
      expect.stringMatching(/^apt-get update/),
      expect.stringMatching(/^apt-get install .*redis-server$/),
      'systemctl disable --now redis-server',
    ])
  },
)

async function messageOf(promise: Promise<string>): Promise<string> {
  const result = await promise.catch((error: unknown) => error)
  if (!(result instanceof Error)) throw new Error(`It did not fail but gave ${String(result)}.`)
  return result.message
}
