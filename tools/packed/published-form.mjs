import { together, tool } from '../tool.mjs'
import { packedPackages } from './pack.mjs'

/** @typedef {import('../tool.mjs').Finding} Finding */

/**
 * What publint says of the tarballs; its suggestions count as well.
 *
 * @param {string} [at] The repository that was packed.
 * @returns {Promise<Finding>}
 */
export async function publint(at) {
  return together(await Promise.all(packedPackages(at).map(({ tarball }) => tool('publint', [tarball, '--strict']))))
}

/**
 * What "Are the types wrong?" says of them. Only ES modules are published: the two old ways to resolve are left out,
 * and CommonJS is checked by really requiring the packages.
 *
 * @param {string} [at] The repository that was packed.
 * @returns {Promise<Finding>}
 */
export async function areTheTypesWrong(at) {
  const findings = packedPackages(at).map(({ tarball }) =>
    tool('@arethetypeswrong/cli', [tarball, '--profile', 'esm-only', '--no-emoji', '--no-color']),
  )
  return together(await Promise.all(findings))
}
