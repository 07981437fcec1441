import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { capture } from './child.mjs'
import { root } from './root.mjs'

/**
 * What a check found: `ok`, and the text to show when it is not.
 *
 * @typedef {{ ok: boolean, text: string }} Finding
 */

/**
 * Runs a tool that is installed in the root and makes a finding of it.
 *
 * @param {string} name The package that brings the tool.
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: Record<string, string> }} [options]
 * @returns {Promise<Finding>}
 */
export async function tool(name, args, options) {
  const { exitCode, output } = await capture(process.execPath, [toolPath(name), ...args], options)
  return { ok: exitCode === 0, text: output }
}

/**
 * The JavaScript file behind a package's command; run with Node.js it needs neither PATH nor a shell.
 *
 * @param {string} name
 */
export function toolPath(name) {
  const folder = join(root, 'node_modules', name)
  /** @type {{ bin: string | Record<string, string> }} */
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const file = typeof bin === 'string' ? bin : Object.values(bin)[0]
  if (file === undefined) throw new Error(`The package ${name} brings no command.`)
  return join(folder, file)
}

/**
 * Several findings as one.
 *
 * @param {readonly Finding[]} findings
 * @returns {Finding}
 */
export function together(findings) {
  const bad = findings.filter(({ ok }) => !ok)
  return { ok: bad.length === 0, text: bad.map(({ text }) => text.trimEnd()).join('\n') }
}

/**
 * The finding of a check that lists its problems.
 *
 * @param {readonly string[]} problems
 * @returns {Finding}
 */
export function findingOf(problems) {
  return { ok: problems.length === 0, text: problems.join('\n') }
}
