// Writes the tables of docs/options.md from the declarations: below each `<!-- options: Name -->` the members of that
// interface, with their defaults and what their comments say.
// `node scripts/option-tables.mjs --check` changes nothing and fails when the page is out of date, or lacks an interface.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const page = new URL('../../../docs/options.md', import.meta.url)
const source = fileURLToPath(new URL('../src/', import.meta.url))

/** What has options without being named so. */
const OTHERS = ['InvalidationTarget', 'InvalidationFilter', 'LoadContext', 'NamespaceConfig', 'NamespacePurge']
OTHERS.push('PurgeRequest', 'Lifetime')
/** Has no members of its own. */
const EMPTY = ['NamespaceOptions']
/** A default that is a value, as it begins; others are words. */
const VALUE = /^(?:'[^']*'|[\d_.]+|true|false|[\w.]+\(\)|Math\.\w+)/

const interfaces = new Map(
  readdirSync(source, { recursive: true, encoding: 'utf8' })
    // What comes from the environment is in docs/configuration.md.
    .filter((file) => file.endsWith('.ts') && !/^config[\\/]/.test(file))
    .flatMap((file) => interfacesOf(readFileSync(`${source}${file}`, 'utf8'))),
)

/** @param {string} text */
function interfacesOf(text) {
  const found = text.matchAll(/^export interface (\w+)[^{}]*\{\n([^]*?)^\}/gm)
  return [...found].map(([, name = '', body = '']) => /** @type {const} */ ([name, membersOf(body)]))
}

/**
 * @param {string} body
 * @returns {{ name: string, words: string, preset: string | undefined }[]} What has no default may be required.
 */
function membersOf(body) {
  const member =
    /(?:^ {2}\/\*\*((?:[^*]|\*(?!\/))*)\*\/\n(?: {2}\/\/.*\n)*)?^ {2}(?:readonly )?(\w+)(?:<\w+(?: = \w+)?>)?(\??)[:(]/gm
  return [...body.matchAll(member)].map(([, comment = '', name = '', mark]) => {
    const [words = '', preset] = comment.replace(/^ *\* ?/gm, '').split('@default ')
    return { name, words: prose(words), preset: preset?.trim() ?? (mark === '?' ? undefined : 'required') }
  })
}

/** The comment of a member as the cell of a table. */
function prose(/** @type {string} */ words) {
  return words
    .split(/^@throws/m)[0]
    ?.replace(/\{@link (?:\w+\.)?(\w+)\}/g, '`$1`')
    .trim()
    .replace(/\n(?:\n|(?=- ))/g, '<br>')
    .replace(/\s+/g, ' ')
    .replaceAll('|', '\\|')
}

/** @param {string} name */
function tableOf(name) {
  const members = interfaces.get(name)
  if (members === undefined) throw new Error(`docs/options.md: there is no interface ${name}`)
  const rows = members.map(({ name: option, words, preset }) => {
    const last = preset?.replace(VALUE, '`$&`')
    return `| \`${option}\` | ${(last ?? '').replaceAll('|', '\\|')} | ${words} |`
  })
  const bare = members.every(({ preset }) => preset === undefined || preset === 'required')
  const head = ['| Name | Default | |', '| --- | --- | --- |']
  return bare
    ? ['| Name | |', '| --- | --- |', ...rows.map((row) => row.replace(/ \| (?:required)? \| /, ' | '))].join('\n')
    : [...head, ...rows].join('\n')
}

const before = readFileSync(page, 'utf8')
const shown = [...before.matchAll(/^<!-- options: (\w+) -->$/gm)].map(([, name = '']) => name)
const after = before.replace(
  /^<!-- options: (\w+) -->\n(?:\n(?:\|[^\n]*\n)+)?/gm,
  (line, name) => `<!-- options: ${name} -->\n\n${tableOf(name)}\n`,
)

const exported = ['index.ts', 'redis/index.ts', 'memory/index.ts'].flatMap((file) =>
  [...readFileSync(`${source}${file}`, 'utf8').matchAll(/\b\w+\b/g)].map(([name]) => name),
)
const missing = [...interfaces.keys()].filter(
  (name) =>
    exported.includes(name) &&
    (name.endsWith('Options') || OTHERS.includes(name)) &&
    !EMPTY.includes(name) &&
    !shown.includes(name),
)
if (missing.length > 0) throw new Error(`docs/options.md has no table of ${missing.join(', ')}`)

if (!process.argv.includes('--check')) writeFileSync(page, after)
else if (before !== after) {
  console.error('docs/options.md is out of date: run node scripts/option-tables.mjs in packages/core')
  process.exitCode = 1
}
