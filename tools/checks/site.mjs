import { join } from 'node:path'
import { capture } from '../child.mjs'
import { root } from '../root.mjs'

/**
 * Builds the site of the pages in docs/, which fails for a link to a page that does not exist.
 *
 * @returns {Promise<import('../tool.mjs').Finding>}
 */
export async function buildSite() {
  const cwd = join(root, 'apps/docs')
  const vitepress = join(cwd, 'node_modules/vitepress/bin/vitepress.js')
  const { exitCode, output } = await capture(process.execPath, [vitepress, 'build'], { cwd })
  return { ok: exitCode === 0, text: output }
}
