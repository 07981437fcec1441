import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pnpm, tsc } from '../bootstrap.mjs'
import { capture } from '../child.mjs'
import { root } from '../root.mjs'
import { readManifest, workspaceFolders } from '../workspaces.mjs'

/** Inside the copy: what is in no registry. */
const BROUGHT = 'packages'

/** What a copy can do without: the tests are those of all examples together, and stay behind. */
const LEFT_BEHIND = ['dist', 'test']
const FOR_TESTS = new Set(['@redstart/testing', 'vitest'])

/** The examples that can be copied. */
export function exampleNames() {
  return readdirSync(join(root, 'examples')).sort()
}

/**
 * Copies an example out of the repository, so that `npm install` and `npm start` there need nothing of it: its sources,
 * and what they import of ours as packed packages. Everything must have been built.
 *
 * @param {string} name A folder of `examples`.
 * @param {string} target An empty folder, or one that is made.
 */
export async function copyExample(name, target) {
  const brought = join(target, BROUGHT)
  mkdirSync(target, { recursive: true })
  if (readdirSync(target).length > 0) throw new Error(`${target} is not empty.`)
  const own = `@redstart-example/${name}`
  const ours = [...withAllImported(own)]
  const filters = ours.map((each) => `--filter=${each}`)
  await orThrow('npx', pnpm(['--recursive', ...filters, 'pack', '--pack-destination', brought]))
  const tarball = join(brought, tarballOf(own))
  await orThrow('tar', ['-xzf', tarball, '--strip-components=1', '-C', target])
  for (const path of [tarball, ...LEFT_BEHIND.map((folder) => join(target, folder))]) rmSync(path, { recursive: true })
  writeJson(
    join(target, 'package.json'),
    aloneManifest(
      target,
      ours.filter((each) => each !== own),
    ),
  )
  writeJson(join(target, 'tsconfig.json'), await aloneConfiguration(join(root, 'examples', name)))
}

/**
 * A workspace and those that it imports, however far away.
 *
 * @param {string} name
 * @param {Set<string>} found
 */
function withAllImported(name, found = new Set()) {
  const manifests = workspaceFolders().map((folder) => readManifest(join(root, folder)))
  const manifest = manifests.find((each) => each.name === name)
  if (manifest === undefined || found.has(name)) return found
  found.add(name)
  for (const each of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }))
    withAllImported(each, found)
  return found
}

/**
 * What was unpacked, with our packages from where they lie.
 *
 * @param {string} folder
 * @param {readonly string[]} ours
 */
function aloneManifest(folder, ours) {
  const manifest = readManifest(folder)
  const brought = ours.map((name) => [name, `file:${BROUGHT}/${tarballOf(name)}`])
  const forOthers = Object.entries(manifest.devDependencies ?? {}).filter(([name]) => !FOR_TESTS.has(name))
  return {
    ...manifest,
    dependencies: { ...manifest.dependencies, ...Object.fromEntries(brought) },
    devDependencies: Object.fromEntries(forOthers),
  }
}

/**
 * The compiler's options, with nothing that lies elsewhere.
 *
 * @param {string} folder
 */
async function aloneConfiguration(folder) {
  const { compilerOptions } = JSON.parse(await orThrow(process.execPath, [tsc, '-p', folder, '--showConfig']))
  return { compilerOptions, include: ['src'] }
}

/** @param {string} name */
function tarballOf(name) {
  const folder = workspaceFolders().find((each) => readManifest(join(root, each)).name === name)
  if (folder === undefined) throw new Error(`There is no ${name}.`)
  const { version } = readManifest(join(root, folder))
  return `${name.replace('@', '').replace('/', '-')}-${version}.tgz`
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 */
async function orThrow(command, args) {
  const { exitCode, output } = await capture(command, args)
  if (exitCode !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${exitCode}: ${output}`)
  return output
}

/**
 * @param {string} path
 * @param {unknown} value
 */
function writeJson(path, value) {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`)
}
