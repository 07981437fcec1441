import { spawnSync } from 'node:child_process'
import { run } from './child.mjs'
import { mayInstall } from './redis-server.mjs'

/**
 * Sees to a Varnish with its module xkey for `npm run soak`: what is there, else, on Debian and Ubuntu as root and unless
 * REDSTART_NO_INSTALL=1, what apt-get installs. Where there is none, the test that needs it fails and says what to do.
 *
 * @param {NodeJS.ProcessEnv} [env]
 */
export async function varnish(env = process.env) {
  const path = `${env['PATH'] ?? ''}:/usr/sbin:/usr/local/sbin`
  const found = spawnSync('varnishd', ['-V'], { env: { ...env, PATH: path }, stdio: 'ignore' })
  if (found.error === undefined || !mayInstall(env)) return
  console.log('There is no varnishd: installing it with apt-get (REDSTART_NO_INSTALL=1 prevents this) ...')
  const quiet = { env: { DEBIAN_FRONTEND: 'noninteractive' } }
  const wanted = ['varnish', 'varnish-modules']
  const exitCode =
    (await run('apt-get', ['update', '-qq'], quiet)) ||
    (await run('apt-get', ['install', '-qq', '--yes', '--no-install-recommends', ...wanted], quiet))
  if (exitCode !== 0) console.error(`apt-get ended with ${exitCode}; the test that needs Varnish will fail.`)
  // Nobody asked for one on the usual port.
  for (const service of ['varnish', 'varnishncsa']) {
    const stopped = spawnSync('systemctl', ['disable', '--now', service], { stdio: 'ignore' })
    if (stopped.status !== 0) spawnSync('service', [service, 'stop'], { stdio: 'ignore' })
  }
}
