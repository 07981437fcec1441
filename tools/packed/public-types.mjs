import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { capture } from '../child.mjs'
import { root } from '../root.mjs'
import { together } from '../tool.mjs'
import { withConsumer } from './consumer.mjs'

/** The oldest compiler we promise and the one we use. */
const COMPILERS = ['typescript-5.9', 'typescript']

/**
 * Compiles a CommonJS (.cts) and an ES (.mts) module that import every entry point of the packed packages. All
 * declarations are checked; a problem counts when it is in ours, since we cannot mend those of others.
 *
 * @param {string} [at] The repository that was packed.
 * @returns {Promise<import('../tool.mjs').Finding>}
 */
export function compilePublicTypes(at) {
  return withConsumer(at, async ({ folder, entries }) => {
    writeFileSync(join(folder, 'commonjs.cts'), entries.map(requireLine).join('\n'))
    writeFileSync(join(folder, 'module.mts'), entries.map(importLine).join('\n'))
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, files: ['commonjs.cts', 'module.mts'] }),
    )
    return together(await Promise.all(COMPILERS.map((compiler) => compile(compiler, folder))))
  })
}

const compilerOptions = {
  target: 'es2022',
  lib: ['es2023'],
  module: 'nodenext',
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
  noEmit: true,
}

/**
 * @param {string} compiler
 * @param {string} folder
 */
async function compile(compiler, folder) {
  const tsc = join(root, 'tools/compatibility/node_modules', compiler, 'bin/tsc')
  const { exitCode, output } = await capture(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], {
    cwd: folder,
  })
  const ours = output.split('\n').filter((line) => /error TS/.test(line) && !isOfOthers(line))
  const understood = exitCode === 0 || /error TS/.test(output)
  return { ok: understood && ours.length === 0, text: `${compiler}:\n${understood ? ours.join('\n') : output}` }
}

/** @param {string} line */
function isOfOthers(line) {
  const [, file] = /^(.*?)\(\d+,\d+\): error TS/.exec(line) ?? []
  return file !== undefined && file.includes('node_modules/') && !file.includes('node_modules/@redstart/')
}

/**
 * @param {string} entry
 * @param {number} index
 */
function requireLine(entry, index) {
  return `import entry${index} = require('${entry}')\nexport type Entry${index} = typeof entry${index}`
}

/**
 * @param {string} entry
 * @param {number} index
 */
function importLine(entry, index) {
  return `import * as entry${index} from '${entry}'\nexport type Entry${index} = typeof entry${index}`
}
