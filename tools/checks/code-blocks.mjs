import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { tsc } from '../bootstrap.mjs'
import { capture } from '../child.mjs'
import { root } from '../root.mjs'
import { findingOf } from '../tool.mjs'
import { readManifest, workspaceFolders } from '../workspaces.mjs'

/** Where the blocks are compiled; ignored by git. */
const FOLDER = join(root, '.redstart/code-blocks')

/**
 * Compiles every ```ts block of the pages that users read, against the built packages, each block as a module of its
 * own. ` ```ts file=cache.ts ` gives a block a name, so that later blocks of the same page can import it;
 * ` ```ts no-check ` leaves a fragment out.
 *
 * @returns {Promise<import('../tool.mjs').Finding>}
 */
export async function compileCodeBlocks() {
  rmSync(FOLDER, { recursive: true, force: true })
  const origins = pages(root).flatMap((page) =>
    codeBlocks(page, readFileSync(join(root, page), 'utf8')).map(writeBlock),
  )
  if (origins.length === 0) return findingOf([])
  linkPackages()
  writeFileSync(join(FOLDER, 'package.json'), '{ "private": true, "type": "module" }\n')
  writeFileSync(join(FOLDER, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['**/*.ts'] }))
  const { exitCode, output } = await capture(process.execPath, [tsc, '-p', FOLDER, '--pretty', 'false'], {
    cwd: FOLDER,
  })
  return {
    ok: exitCode === 0,
    text: origins.reduce((text, { file, page }) => text.replaceAll(`${file}(`, `${page}(`), output),
  }
}

const compilerOptions = {
  target: 'es2023',
  lib: ['es2023', 'dom', 'dom.iterable'],
  module: 'nodenext',
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noEmit: true,
  allowImportingTsExtensions: true,
  skipLibCheck: true,
}

/**
 * A block to compile: its page, the line of its first code line, its name if it has one, and the code.
 *
 * @typedef {{ page: string, line: number, name: string | undefined, code: string }} CodeBlock
 */

/**
 * @param {string} page
 * @param {string} text
 * @returns {CodeBlock[]}
 */
export function codeBlocks(page, text) {
  return [...text.matchAll(/^( *)```(?:ts|typescript)\b([^\n]*)\n([^]*?)^\1```/gm)]
    .filter(([, , info]) => !/\bno-check\b/.test(info ?? ''))
    .map((match) => ({
      page,
      line: text.slice(0, match.index).split('\n').length + 1,
      name: /\bfile=(\S+)/.exec(match[2] ?? '')?.[1],
      code: match[3] ?? '',
    }))
}

/**
 * Writes a block so that its lines have the numbers they have in the page.
 *
 * @param {CodeBlock} block
 */
function writeBlock({ page, line, name, code }) {
  const file = `${page}.blocks/${name ?? `line-${line}.ts`}`
  const path = join(FOLDER, file)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `${'\n'.repeat(line - 1)}${code}\nexport {}\n`)
  return { file, page }
}

/** @param {string} at */
function pages(at) {
  const readmes = workspaceFolders(at).map((folder) => `${folder}/README.md`)
  const docs = existsSync(join(at, 'docs')) ? readdirSync(join(at, 'docs'), { recursive: true, encoding: 'utf8' }) : []
  return ['README.md', ...readmes, ...docs.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)].filter(
    (page) => existsSync(join(at, page)),
  )
}

/** Lets the blocks import every package of ours, and whatever any workspace depends on. */
function linkPackages() {
  for (const folder of workspaceFolders(root)) {
    const { name, dependencies, devDependencies, peerDependencies } = readManifest(join(root, folder))
    link(name, join(root, folder))
    for (const dependency of Object.keys({ ...dependencies, ...devDependencies, ...peerDependencies }))
      link(dependency, join(root, folder, 'node_modules', dependency))
  }
}

/**
 * @param {string} name
 * @param {string} target
 */
function link(name, target) {
  const path = join(FOLDER, 'node_modules', name)
  if (existsSync(path) || !existsSync(target)) return
  mkdirSync(dirname(path), { recursive: true })
  symlinkSync(target, path, 'junction')
}
