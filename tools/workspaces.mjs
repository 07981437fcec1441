import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './root.mjs'

/**
 * @typedef {object} Manifest What we read of a package.json.
 * @property {string} name
 * @property {string} version
 * @property {boolean} [private]
 * @property {string} [packageManager]
 * @property {Record<string, unknown>} [exports]
 * @property {Record<string, string>} [dependencies]
 * @property {Record<string, string>} [peerDependencies]
 * @property {Record<string, string>} [optionalDependencies]
 * @property {Record<string, string>} [devDependencies]
 */

/**
 * The folders of all workspaces, relative to the root and sorted: what the `packages:` list of pnpm-workspace.yaml
 * names and has a package.json.
 *
 * @param {string} [at] The repository's folder.
 */
export function workspaceFolders(at = root) {
  return workspacePatterns(readFileSync(join(at, 'pnpm-workspace.yaml'), 'utf8'))
    .flatMap((pattern) => (pattern.endsWith('/*') ? foldersIn(at, pattern.slice(0, -2)) : [pattern]))
    .filter((folder) => existsSync(join(at, folder, 'package.json')))
    .sort()
}

/** @param {string} yaml */
export function workspacePatterns(yaml) {
  const list = /^packages:\n((?: +- .*\n)+)/m.exec(yaml)?.[1]
  if (list === undefined) throw new Error("pnpm-workspace.yaml has no 'packages:' list of the form '  - folder/*'.")
  return list
    .trim()
    .split('\n')
    .map((line) => line.replace(/^ *- +/, '').replace(/^(['"])(.*)\1$/, '$2'))
}

/**
 * The packages that are published: their folders, relative to the root, and manifests.
 *
 * @param {string} [at] The repository's folder.
 */
export function publicPackages(at = root) {
  return workspaceFolders(at)
    .map((folder) => ({ folder, manifest: readManifest(join(at, folder)) }))
    .filter(({ manifest }) => manifest.private !== true)
}

/**
 * @param {string} folder
 * @returns {Manifest}
 */
export function readManifest(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}

/**
 * @param {string} at
 * @param {string} parent
 */
function foldersIn(at, parent) {
  if (!existsSync(join(at, parent))) return []
  return readdirSync(join(at, parent), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `${parent}/${entry.name}`)
}
