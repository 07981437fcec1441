import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { capture } from '../child.mjs'
import { root } from '../root.mjs'
import { packedPackages } from './pack.mjs'

/**
 * Somebody else's project, a CommonJS one, with the packed packages in its node_modules.
 *
 * @typedef {{ folder: string, entries: readonly string[] }} Consumer `entries` are all that it may import.
 */

/**
 * Makes such a project outside the repository, so that nothing is found by accident, and takes it away again. The
 * packages are unpacked from their tarballs; what they depend on is linked, so nothing is fetched.
 *
 * @template T
 * @param {string | undefined} at The repository that was packed.
 * @param {(consumer: Consumer) => Promise<T>} use
 * @returns {Promise<T>}
 */
export async function withConsumer(at, use) {
  const folder = mkdtempSync(join(tmpdir(), 'redstart-consumer-'))
  try {
    writeFileSync(join(folder, 'package.json'), '{ "name": "consumer", "private": true, "type": "commonjs" }\n')
    link(folder, '@types/node', join(root, 'tools/compatibility/node_modules/@types/node'))
    const packages = packedPackages(at)
    for (const packed of packages) await install(folder, packed)
    return await use({ folder, entries: packages.flatMap(({ manifest }) => entriesOf(manifest)) })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * The names under which a package can be imported; files such as ./package.json are no modules.
 *
 * @param {import('../workspaces.mjs').Manifest} manifest
 */
function entriesOf({ name, exports = {} }) {
  return Object.keys(exports)
    .filter((path) => !/\.\w+$/.test(path))
    .map((path) => name + path.slice(1))
}

/**
 * @param {string} consumer
 * @param {import('./pack.mjs').PackedPackage} packed
 */
async function install(consumer, { folder, manifest, tarball }) {
  const target = join(consumer, 'node_modules', manifest.name)
  mkdirSync(target, { recursive: true })
  const { exitCode, output } = await capture('tar', ['-xzf', tarball, '--strip-components=1', '-C', target])
  if (exitCode !== 0) throw new Error(`${tarball} could not be unpacked: ${output}`)
  const modules = join(root, folder, 'node_modules')
  for (const name of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }))
    if (!name.startsWith('@redstart/')) link(consumer, name, join(modules, name))
  const types = join(modules, '@types')
  if (existsSync(types)) for (const name of readdirSync(types)) link(consumer, `@types/${name}`, join(types, name))
}

/**
 * @param {string} consumer
 * @param {string} name
 * @param {string} target
 */
function link(consumer, name, target) {
  const path = join(consumer, 'node_modules', name)
  if (existsSync(path) || !existsSync(target)) return
  mkdirSync(dirname(path), { recursive: true })
  symlinkSync(target, path, 'junction')
}
