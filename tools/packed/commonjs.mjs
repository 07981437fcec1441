import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { capture } from '../child.mjs'
import { root } from '../root.mjs'
import { together } from '../tool.mjs'
import { withConsumer } from './consumer.mjs'

/** The lines of Node.js we promise, each at the version that tools/compatibility pins. */
const LINES = [20, 22, 24]

/** The contract suite runs inside vitest, and vitest refuses to be required. */
const FOR_VITEST_ONLY = new Set(['@redstart/testing/contract'])

/**
 * Requires every entry point of the packed packages from a CommonJS project, in a new process for each Node.js.
 *
 * @param {string} [at] The repository that was packed.
 * @returns {Promise<import('../tool.mjs').Finding>}
 */
export function requireFromCommonJs(at) {
  return withConsumer(at, async ({ folder, entries }) => {
    const script = join(folder, 'require-all.js')
    writeFileSync(script, requireAll(entries.filter((entry) => !FOR_VITEST_ONLY.has(entry))))
    const findings = runtimes().map(async ({ name, path }) => {
      const { exitCode, output } = await capture(path, [script], { cwd: folder })
      return { ok: exitCode === 0, text: `${name}:\n${output}` }
    })
    return together(await Promise.all(findings))
  })
}

/** @param {readonly string[]} entries */
function requireAll(entries) {
  return `'use strict'
for (const entry of ${JSON.stringify(entries)}) {
  try {
    const names = Object.keys(require(entry))
    if (names.length === 0) throw new Error('it exports nothing')
  } catch (error) {
    console.error(process.version + " cannot require('" + entry + "'): " + error.message.split("\\n")[0])
    process.exitCode = 1
  }
}
`
}

/**
 * The pinned ones where this platform has them (Linux), else the one that runs this check; continuous integration runs
 * the whole on each line.
 */
function runtimes() {
  const pinned = LINES.map((line) => `node-${line}-${process.platform}-${process.arch}`)
    .map((name) => ({ name, path: join(root, 'tools/compatibility/node_modules', name, 'bin/node') }))
    .filter(({ path }) => existsSync(path))
  if (process.platform === 'linux' && /^(x64|arm64)$/.test(process.arch) && pinned.length < LINES.length)
    throw new Error('The pinned Node.js versions are not installed: remove node_modules/.redstart and run it again.')
  return pinned.length > 0 ? pinned : [{ name: `Node.js ${process.version}`, path: process.execPath }]
}
