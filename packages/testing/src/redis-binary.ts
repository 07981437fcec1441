import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { RedstartError } from '@redstart/core'

/** Names another server program than the `redis-server` of PATH. */
const VARIABLE = 'REDSTART_REDIS_SERVER'

const run = promisify(execFile)
const checked = new Map<string, Promise<string>>()

/**
 * The program that runs Redis: `REDSTART_REDIS_SERVER`, else `redis-server` from PATH. Its version is checked once per
 * process.
 *
 * @throws RedstartError `STORE_UNAVAILABLE` when there is none, or one below Redis 7.0 or Valkey 7.2.
 */
export async function redisBinary(): Promise<string> {
  const binary = process.env[VARIABLE] || 'redis-server'
  const check = checked.get(binary) ?? checkBinary(binary)
  checked.set(binary, check)
  // A failure is not kept: the server may be installed in the meantime.
  check.catch(() => checked.delete(binary))
  return await check
}

async function checkBinary(binary: string): Promise<string> {
  const { stdout } = await run(binary, ['--version'], { timeout: 10_000 }).catch((cause: unknown) => {
    throw new RedstartError(
      'STORE_UNAVAILABLE',
      `REDIS_SERVER_NOT_FOUND: ${binary} could not be run. ${howToInstall()}`,
      { cause },
    )
  })
  if (isNewEnough(stdout)) return binary
  throw new RedstartError(
    'STORE_UNAVAILABLE',
    `REDIS_SERVER_TOO_OLD: ${binary} is "${stdout.trim().slice(0, 60)}". ${howToInstall()}`,
  )
}

function isNewEnough(version: string): boolean {
  const match = /(redis|valkey) server v=(\d+)\.(\d+)/i.exec(version)
  if (match === null) return false
  const [major, minor] = [Number(match[2]), Number(match[3])]
  return match[1]?.toLowerCase() === 'valkey' ? major > 7 || (major === 7 && minor >= 2) : major >= 7
}

function howToInstall(): string {
  return (
    'Tests run against a real Redis 7.0 (or Valkey 7.2) or newer: install it with `brew install redis` (macOS) or ' +
    `\`apt-get install redis-server\` (Debian, Ubuntu), or set ${VARIABLE} to the path of a redis-server.`
  )
}
