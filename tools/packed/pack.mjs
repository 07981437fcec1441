import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pnpm } from '../bootstrap.mjs'
import { capture } from '../child.mjs'
import { root } from '../root.mjs'
import { publicPackages } from '../workspaces.mjs'

/**
 * A package as it would be published.
 *
 * @typedef {{ folder: string, manifest: import('../workspaces.mjs').Manifest, tarball: string }} PackedPackage
 */

/** Where the tarballs go; ignored by git. */
const PACKED = join(root, '.redstart/packed')

/**
 * Packs every public package into {@link PACKED}.
 *
 * @param {string} [at] The repository to pack.
 * @returns {Promise<import('../tool.mjs').Finding>}
 */
export async function pack(at = root) {
  rmSync(PACKED, { recursive: true, force: true })
  mkdirSync(PACKED, { recursive: true })
  const only = publicPackages(at).map(({ folder }) => `--filter=./${folder}`)
  const { exitCode, output } = await capture(
    'npx',
    pnpm(['--recursive', ...only, 'pack', '--pack-destination', PACKED]),
    {
      cwd: at,
    },
  )
  return { ok: exitCode === 0, text: output }
}

/**
 * @param {string} [at] The repository that was packed.
 * @returns {PackedPackage[]}
 */
export function packedPackages(at = root) {
  return publicPackages(at).map(({ folder, manifest }) => ({
    folder,
    manifest,
    tarball: join(PACKED, `${manifest.name.replace('@', '').replace('/', '-')}-${manifest.version}.tgz`),
  }))
}
