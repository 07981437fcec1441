import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { workspaceFolders } from '../workspaces.mjs'

/**
 * Finds workspaces that have a tsconfig.json but are not built, because the one of the root does not name them.
 *
 * @param {string} root The repository's folder.
 * @returns {string[]} One line per problem.
 */
export function unbuiltWorkspaces(root) {
  /** @type {{ references: { path: string }[] }} */
  const { references } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'))
  const named = new Set(references.map(({ path }) => path))
  return workspaceFolders(root)
    .filter((folder) => existsSync(join(root, folder, 'tsconfig.json')) && !named.has(folder))
    .map((folder) => `tsconfig.json does not name ${folder} in its references, so 'tsc -b' does not build it`)
}
