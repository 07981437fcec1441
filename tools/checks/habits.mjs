import { posix } from 'node:path'
import { lineAt, relativeImports, sourceFiles } from './source-files.mjs'

/** What the sources of the packages do not write; oxlint has no rule for these. */
const FORBIDDEN = [
  {
    pattern: /\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\.now\b|\bprocess\.hrtime\b/g,
    allowedIn: /\/clock\.ts$/,
    advice: 'takes the time itself; use the injected Clock',
  },
  { pattern: /\bas unknown as\b/g, allowedIn: undefined, advice: 'casts through unknown; change the types instead' },
]

/**
 * @param {string} root The repository's folder.
 * @returns {string[]} One line per problem.
 */
export function brokenHabits(root) {
  return [...sourceFiles(root, 'packages').flatMap(forbiddenIn), ...strayImports(root)]
}

/** @param {import('./source-files.mjs').SourceFile} source */
function forbiddenIn({ path, code }) {
  return FORBIDDEN.filter(({ allowedIn }) => !allowedIn?.test(path)).flatMap(({ pattern, advice }) =>
    [...code.matchAll(pattern)].map((match) => `${path}:${lineAt(code, match.index)}: '${match[0]}' ${advice}`),
  )
}

/**
 * Sources that reach into another workspace by a path instead of its entry points.
 *
 * @param {string} root
 */
function strayImports(root) {
  return ['packages', 'apps', 'examples'].flatMap((parent) =>
    sourceFiles(root, parent).flatMap((source) => {
      const own = source.path.split('/').slice(0, 2).join('/')
      return relativeImports(source)
        .filter(({ specifier }) => !posix.join(posix.dirname(source.path), specifier).startsWith(`${own}/`))
        .map(({ line, specifier }) => `${source.path}:${line}: '${specifier}' is outside ${own}; import the package`)
    }),
  )
}
