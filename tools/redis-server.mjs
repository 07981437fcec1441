import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { capture, run } from './child.mjs'
import { readRedisVersion } from './redis-version.mjs'

const HOW_TO_GET_ONE = `Tests need a redis-server of 7.0 or newer (or a valkey-server of 7.2 or newer). Any of these gives one:
  - macOS: brew install redis
  - Debian, Ubuntu: sudo apt-get install redis-server
  - Docker: run the tests in an image that has it, for example
      docker run --rm -v "$PWD":/redstart -w /redstart node:22-bookworm npm test
  - elsewhere: set REDSTART_REDIS_SERVER to the path of the program
Nothing has to be running: the tests start their own servers on free ports.`

/** Where Debian's package puts it; PATH may name other folders only. */
const INSTALLED = '/usr/bin/redis-server'

/**
 * Sees to a Redis server that tests can start: the program that REDSTART_REDIS_SERVER names, else `redis-server` on
 * PATH, else, on Debian and Ubuntu as root and unless REDSTART_NO_INSTALL=1, what apt-get installs.
 *
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<string>} The command that starts it.
 * @throws {Error} With the whole text for the user, when there is none.
 */
export async function redisServer(env = process.env) {
  const given = env['REDSTART_REDIS_SERVER']
  if (given !== undefined && given !== '') return requireGood(given, `REDSTART_REDIS_SERVER is '${given}', which`)
  if ((await look('redis-server')).found) return requireGood('redis-server', 'The redis-server on PATH')
  if (!mayInstall(env)) throw new Error(`There is no redis-server on PATH.\n${HOW_TO_GET_ONE}`)
  await aptInstall()
  return requireGood((await look('redis-server')).found ? 'redis-server' : INSTALLED, 'What apt-get installed')
}

/**
 * @param {string} command
 * @param {string} subject The first words of the message if it is not good.
 */
async function requireGood(command, subject) {
  const { found, server } = await look(command)
  if (!found) throw new Error(`${subject} cannot be started.\n${HOW_TO_GET_ONE}`)
  if (server === undefined)
    throw new Error(`${subject} does not answer --version as a Redis server does.\n${HOW_TO_GET_ONE}`)
  if (!server.enough)
    throw new Error(`${subject} is ${server.kind} ${server.version}, which is too old.\n${HOW_TO_GET_ONE}`)
  return command
}

/** @param {string} command */
async function look(command) {
  try {
    const { output } = await capture(command, ['--version'])
    return { found: true, server: readRedisVersion(output) }
  } catch {
    return { found: false, server: undefined }
  }
}

/**
 * Whether apt-get may be asked, and can.
 *
 * @param {NodeJS.ProcessEnv} env
 */
export function mayInstall(env) {
  return env['REDSTART_NO_INSTALL'] !== '1' && process.getuid?.() === 0 && existsSync('/etc/debian_version')
}

/** Leaves no service behind: tests start servers of their own, and nobody asked for one on the usual port. */
async function aptInstall() {
  console.log('There is no redis-server on PATH: installing it with apt-get (REDSTART_NO_INSTALL=1 prevents this) ...')
  const quiet = { env: { DEBIAN_FRONTEND: 'noninteractive' } }
  const exitCode =
    (await run('apt-get', ['update', '-qq'], quiet)) ||
    (await run('apt-get', ['install', '-qq', '--yes', '--no-install-recommends', 'redis-server'], quiet))
  if (exitCode !== 0) throw new Error(`apt-get ended with ${exitCode}; see above.\n${HOW_TO_GET_ONE}`)
  const stopped = spawnSync('systemctl', ['disable', '--now', 'redis-server'], { stdio: 'ignore' })
  if (stopped.status !== 0) spawnSync('service', ['redis-server', 'stop'], { stdio: 'ignore' })
}
