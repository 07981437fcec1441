import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { workspaceFolders } from '../workspaces.mjs'

/**
 * A TypeScript source, with its path relative to the repository, and without its comments: each is replaced by as many
 * line breaks as it had, so that line numbers stay.
 *
 * @typedef {{ path: string, code: string }} SourceFile
 */

/**
 * @param {string} root The repository's folder.
 * @param {string} parent `packages`, `apps` or `examples`.
 * @returns {SourceFile[]} All sources of the workspaces in there.
 */
export function sourceFiles(root, parent) {
  return workspaceFolders(root)
    .filter((folder) => folder.startsWith(`${parent}/`) && existsSync(join(root, folder, 'src')))
    .flatMap((folder) => typescriptIn(root, `${folder}/src`))
    .map((path) => ({ path, code: withoutComments(readFileSync(join(root, path), 'utf8')) }))
}

/**
 * Relative modules that a source names in an import, an export, a dynamic import or a type, with their lines.
 *
 * @param {SourceFile} source
 * @returns {{ line: number, specifier: string }[]}
 */
export function relativeImports({ code }) {
  return [...code.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*(['"])(\.[^'"]*)\1/g)].map((match) => ({
    line: lineAt(code, match.index),
    specifier: match[2] ?? '',
  }))
}

/**
 * @param {string} code
 * @param {number} index
 */
export function lineAt(code, index) {
  return code.slice(0, index).split('\n').length
}

/**
 * Strings, templates and regular expressions are stepped over, so that a `//` inside a string is not a comment.
 *
 * @param {string} source
 */
export function withoutComments(source) {
  const token =
    /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\[^])*`|\/\/[^\n]*|\/\*[^]*?\*\/|\/(?![/*])(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/g
  return source.replace(token, (text) => (/^\/[/*]/.test(text) ? text.replace(/[^\n]+/g, '') : text))
}

/**
 * @param {string} root
 * @param {string} folder
 * @returns {string[]}
 */
function typescriptIn(root, folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) return typescriptIn(root, path)
    return /\.[cm]?tsx?$/.test(entry.name) ? [path] : []
  })
}
