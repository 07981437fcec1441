import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { capture } from '../child.mjs'
import { root } from '../root.mjs'
import { toolPath } from '../tool.mjs'
import { publicPackages, readManifest, workspaceFolders } from '../workspaces.mjs'

/** What a copy needs besides the packages: what names them, what licenses them, and the pending changes. */
const ROOT_FILES = ['package.json', 'pnpm-workspace.yaml', 'pnpm-lock.yaml', 'LICENSE', '.changeset']

/**
 * Makes a copy of what is released, as it is in the working tree and built, outside the repository; takes it away after
 * `use`. The packages find each other in the copy, so that packing puts the copy's versions into their manifests.
 *
 * @template T
 * @param {(copy: string) => Promise<T>} use
 * @returns {Promise<T>}
 */
export async function withCopy(use) {
  const copy = mkdtempSync(join(tmpdir(), 'redstart-release-'))
  try {
    for (const file of ROOT_FILES) cpSync(join(root, file), join(copy, file), { recursive: true })
    for (const folder of workspaceFolders()) copyWorkspace(copy, folder)
    return await use(copy)
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

/** @param {string} at The repository's folder. */
export function pendingChanges(at) {
  return readdirSync(join(at, '.changeset')).filter((name) => name.endsWith('.md') && name !== 'README.md')
}

/**
 * Turns the pending changes into new versions and changelogs, as a release does.
 *
 * @param {string} at The repository's folder.
 * @returns {Promise<{ name: string, version: string }[]>} The published packages with their new versions.
 */
export async function version(at) {
  const { exitCode, output } = await capture(process.execPath, [toolPath('@changesets/cli'), 'version'], { cwd: at })
  if (exitCode !== 0) throw new Error(`'changeset version' ended with ${exitCode}:\n${output}`)
  return publicPackages(at).map(({ manifest }) => ({ name: manifest.name, version: manifest.version }))
}

/**
 * @param {string} copy
 * @param {string} folder
 */
function copyWorkspace(copy, folder) {
  const isPrivate = readManifest(join(root, folder)).private === true
  const filter = (/** @type {string} */ path) => !path.includes('node_modules', root.length)
  if (isPrivate) cpSync(join(root, folder, 'package.json'), join(copy, folder, 'package.json'))
  else cpSync(join(root, folder), join(copy, folder), { recursive: true, filter })
  for (const { folder: other, manifest } of publicPackages()) {
    const link = join(copy, folder, 'node_modules', manifest.name)
    if (!existsSync(join(root, folder, 'node_modules', manifest.name))) continue
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(join(copy, other), link, 'junction')
  }
}
