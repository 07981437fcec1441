import './node-version.mjs'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { run, runOrExit } from './child.mjs'
import { root } from './root.mjs'
import { isInstalled, noteInstalled } from './stamp.mjs'
import { readManifest } from './workspaces.mjs'

/** What only the checks need; see {@link import('./stamp.mjs').Scope}. */
const FOR_CHECKS_ONLY = ['redstart-compatibility', '@redstart-app/docs']

/**
 * Installs what the lockfile says, unless that is done already. Needs Node.js and npm alone: the pinned pnpm is fetched
 * by npx once and kept in npm's own cache.
 *
 * @param {import('./stamp.mjs').Scope} scope
 */
export async function install(scope) {
  if (isInstalled(root, scope)) return
  console.log('Installing the dependencies (this is done once, and again when the lockfile changes) ...')
  const filter = scope === 'app' ? FOR_CHECKS_ONLY.map((name) => `--filter=!${name}`) : []
  await runOrExit('npx', pnpm([...filter, 'install', '--frozen-lockfile', '--config.confirmModulesPurge=false']), {
    otherwise:
      'The dependencies could not be installed; the lines above say why. ' +
      'If the network was the reason, run the same command again: what was fetched is kept.',
  })
  noteInstalled(root, scope)
}

/**
 * Compiles what changed since the last time; with nothing to do this takes a fraction of a second.
 *
 * @returns {Promise<number>} The compiler's exit code.
 */
export function build() {
  return run(process.execPath, [tsc, '-b'])
}

/**
 * Installs, builds, and runs an application of this repository until it ends.
 *
 * @param {string} entry The built file, relative to the root.
 * @param {readonly string[]} args
 * @returns {Promise<number>} The application's exit code.
 */
export async function runApp(entry, args) {
  await install('app')
  const built = await build()
  if (built !== 0) return built
  if (!existsSync(join(root, entry))) {
    console.error(
      `${entry} was not built. Its folder needs a tsconfig.json that the 'references' in the tsconfig.json of the root name.`,
    )
    return 1
  }
  return run(process.execPath, [join(root, entry), ...args])
}

/**
 * The arguments for npx that run the pinned pnpm.
 *
 * @param {readonly string[]} args
 */
export function pnpm(args) {
  const { packageManager = 'pnpm' } = readManifest(root)
  return ['--yes', packageManager, ...args]
}

/** The compiler's own file: found without a shell and without PATH. */
export const tsc = join(root, 'node_modules/typescript/bin/tsc')
