import { existsSync } from 'node:fs'
import { run } from './child.mjs'
import { mayInstall } from './redis-server.mjs'

/** Where Debian's package puts it, and where tests look for it. */
const INSTALLED = '/usr/bin/chromium'

/**
 * Sees to a Chromium for `npm run soak`: the one that REDSTART_CHROMIUM names, what is there, else, on Debian and Ubuntu as
 * root and unless REDSTART_NO_INSTALL=1, what apt-get installs. Where there is none, the tests that need it fail and say what
 * to do.
 *
 * @param {NodeJS.ProcessEnv} [env]
 */
export async function chromium(env = process.env) {
  if (existsSync(env['REDSTART_CHROMIUM'] ?? INSTALLED) || !mayInstall(env)) return
  console.log('There is no Chromium: installing it with apt-get (REDSTART_NO_INSTALL=1 prevents this) ...')
  const quiet = { env: { DEBIAN_FRONTEND: 'noninteractive' } }
  const exitCode =
    (await run('apt-get', ['update', '-qq'], quiet)) ||
    (await run('apt-get', ['install', '-qq', '--yes', '--no-install-recommends', 'chromium'], quiet))
  if (exitCode !== 0) console.error(`apt-get ended with ${exitCode}; the tests that need a Chromium will fail.`)
}
