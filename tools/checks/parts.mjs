import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { capture } from '../child.mjs'
import { requireFromCommonJs } from '../packed/commonjs.mjs'
import { pack } from '../packed/pack.mjs'
import { compilePublicTypes } from '../packed/public-types.mjs'
import { areTheTypesWrong, publint } from '../packed/published-form.mjs'
import { root } from '../root.mjs'
import { findingOf, together, tool } from '../tool.mjs'
import { publicPackages } from '../workspaces.mjs'
import { compileCodeBlocks } from './code-blocks.mjs'
import { brokenFloors } from './floors.mjs'
import { brokenHabits } from './habits.mjs'
import { unbuiltWorkspaces } from './references.mjs'
import { buildSite } from './site.mjs'

/**
 * All of `npm run check`, what others wait for first.
 *
 * @returns {readonly import('../schedule.mjs').Part[]}
 */
export function checkParts() {
  return [
    { name: 'build', run: () => tool('typescript', ['-b', '--pretty', 'false']) },
    { name: 'pack', needs: ['build'], run: () => pack() },
    // After the build, since tests of one package read the types of another.
    { name: 'lint', needs: ['build'], run: () => tool('oxlint', ['--deny-warnings']) },
    { name: 'format', run: () => tool('oxfmt', ['--check']) },
    { name: 'floors', run: async () => findingOf(brokenFloors(root)) },
    { name: 'habits', run: async () => findingOf(brokenHabits(root)) },
    { name: 'references', run: async () => findingOf(unbuiltWorkspaces(root)) },
    { name: 'generated files', run: generatedFiles },
    { name: 'unused code', run: () => tool('knip', ['--no-progress', '--no-config-hints']) },
    {
      name: 'types of tests',
      needs: ['build'],
      run: () => tool('typescript', ['-p', 'tsconfig.tests.json', '--pretty', 'false']),
    },
    {
      name: 'types of Next.js',
      needs: ['build'],
      run: () => tool('typescript', ['-p', 'packages/next/test-types', '--pretty', 'false']),
    },
    { name: 'code blocks', needs: ['build'], run: compileCodeBlocks },
    { name: 'site', run: buildSite },
    ...packedParts(),
  ]
}

/**
 * What is checked of the tarballs, after the part `pack`.
 *
 * @param {string} [at] The repository that was packed.
 * @returns {readonly import('../schedule.mjs').Part[]}
 */
export function packedParts(at) {
  const needs = ['pack']
  return [
    { name: 'public types', needs, run: () => compilePublicTypes(at) },
    { name: 'CommonJS', needs, run: () => requireFromCommonJs(at) },
    { name: 'publint', needs, run: () => publint(at) },
    { name: 'are the types wrong', needs, run: () => areTheTypesWrong(at) },
  ]
}

/** Each script that makes a committed file says with `--check` whether the file is up to date. */
async function generatedFiles() {
  const scripts = publicPackages()
    .map(({ folder }) => join(root, folder, 'scripts'))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
  const runs = scripts.map((script) => capture(process.execPath, [script, '--check']))
  return together((await Promise.all(runs)).map(({ exitCode, output }) => ({ ok: exitCode === 0, text: output })))
}
