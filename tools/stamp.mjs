import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { workspaceFolders } from './workspaces.mjs'

/**
 * What is installed: `app` is all that the applications and tests need, `everything` adds the large things that only
 * the checks need.
 *
 * @typedef {'app' | 'everything'} Scope
 */

/**
 * Whether the dependencies that the lockfile and the manifests ask for are already installed.
 *
 * @param {string} at The repository's folder.
 * @param {Scope} scope
 */
export function isInstalled(at, scope) {
  const stamp = readStamp(at)
  return stamp?.hash === hashOfInputs(at) && (stamp.scope === 'everything' || stamp.scope === scope)
}

/**
 * Notes that they are. The note lives in node_modules, so that it goes when that folder goes.
 *
 * @param {string} at
 * @param {Scope} scope
 */
export function noteInstalled(at, scope) {
  mkdirSync(join(at, 'node_modules/.redstart'), { recursive: true })
  writeFileSync(stampPath(at), JSON.stringify({ hash: hashOfInputs(at), scope }))
}

/**
 * @param {string} at
 * @returns {{ hash: string, scope: Scope } | undefined}
 */
function readStamp(at) {
  try {
    return JSON.parse(readFileSync(stampPath(at), 'utf8'))
  } catch {
    return undefined
  }
}

/**
 * Everything that decides what is installed: a file more or less counts as well as a changed one.
 *
 * @param {string} at
 */
function hashOfInputs(at) {
  const manifests = workspaceFolders(at).map((folder) => `${folder}/package.json`)
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`)
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', ...manifests]) {
    const content = readFileSync(join(at, file))
    hash.update(`${file} ${content.length}\n`).update(content)
  }
  return hash.digest('hex')
}

/** @param {string} at */
function stampPath(at) {
  return join(at, 'node_modules/.redstart/installed.json')
}
