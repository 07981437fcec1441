// Writes the tables of options in docs/ from the declarations: below each `<!-- options: Name -->` the members of that
// interface, with their defaults and what their comments say.
// `node scripts/option-tables.mjs --check` changes nothing and fails when a page is out of date, or no page has an interface.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const pages = ['options.md', 'sessions.md', 'rate-limit.md', 'rate-limit-http.md', 'response-cache.md'].map(
  (name) => new URL(`../../../docs/${name}`, import.meta.url),
)
const core = fileURLToPath(new URL('../src/', import.meta.url))
const express = fileURLToPath(new URL('../../express/src/', import.meta.url))
/** What applications import. */
const entries = ['index.ts', 'redis/index.ts', 'redis-http/index.ts', 'memory/index.ts', 'http/index.ts'].map(
  (file) => core + file,
)
entries.push(`${express}index.ts`)

/** What has options without being named so. */
const OTHERS = ['InvalidationTarget', 'InvalidationFilter', 'LoadContext', 'NamespaceConfig', 'NamespacePurge']
OTHERS.push('PurgeRequest', 'Lifetime', 'RateLimitRule')
/** Has no members of its own; is for who writes a backend. */
const NOT_SHOWN = ['NamespaceOptions', 'SessionStoreOptions']
/** A default that is a value, as it begins; others are words. */
const VALUE = /^(?:[\d_.]+(?![\d_.]| [KM]iB)|true|false|[\w.]+\(\)|(?:Math|console)\.\w+)/
/** Values among words, and what is in code marks already. */
const CODE = /`[^`]*`|'[^']*'|\{[^{}]*\}|\[[^\]]*\]/g

/** The file that an application gets a name from. */
const exported = new Map(entries.flatMap(exportsOf))

const declared = [core, express].flatMap((source) =>
  readdirSync(source, { recursive: true, encoding: 'utf8' })
    // What comes from the environment is in docs/configuration.md.
    .filter((file) => file.endsWith('.ts') && !/^config[\\/]/.test(file))
    .map((file) => resolve(source, file))
    .flatMap((file) => interfacesOf(file).map(([name, members]) => ({ name, members, file }))),
)

/** Of several with one name that counts which applications get. */
const interfaces = new Map(
  declared
    .toSorted(
      (one, other) => Number(exported.get(one.name) === one.file) - Number(exported.get(other.name) === other.file),
    )
    .map(({ name, members }) => [name, members]),
)

/**
 * @param {string} entry
 * @returns {[name: string, file: string][]}
 */
function exportsOf(entry) {
  const lists = readFileSync(entry, 'utf8').matchAll(/^export (?:type )?\{([^}]*)\} from '(\.[^']*)'/gm)
  return [...lists].flatMap(([, names = '', from = '']) => {
    const file = resolve(dirname(entry), from)
    const own = [...names.matchAll(/(?:type )?(\w+)/g)].map(([, name = '']) => name)
    // What another list hands on is where that list has it from.
    const inner = new Map(from.endsWith('/index.ts') ? exportsOf(file) : [])
    return own.map((name) => /** @type {[string, string]} */ ([name, inner.get(name) ?? file]))
  })
}

/** @param {string} file */
function interfacesOf(file) {
  const found = readFileSync(file, 'utf8').matchAll(/^export interface (\w+)[^{}]*\{\n([^]*?)^\}/gm)
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
    return {
      name,
      words: prose(words),
      preset: preset?.trim().replace(/\s+/g, ' ') ?? (mark === '?' ? undefined : 'required'),
    }
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

/**
 * @param {string} name
 * @param {string | undefined} except A member that is none of the readers' business.
 */
function tableOf(name, except) {
  const all = interfaces.get(name)
  if (all === undefined) throw new Error(`docs/: there is no interface ${name}`)
  const members = all.filter((member) => member.name !== except)
  const rows = members.map(({ name: option, words, preset }) => {
    const last = preset?.replace(VALUE, '`$&`').replace(CODE, (code) => (code.startsWith('`') ? code : `\`${code}\``))
    return `| \`${option}\` | ${(last ?? '').replaceAll('|', '\\|')} | ${words} |`
  })
  const bare = members.every(({ preset }) => preset === undefined || preset === 'required')
  const head = ['| Name | Default | |', '| --- | --- | --- |']
  return bare
    ? ['| Name | |', '| --- | --- |', ...rows.map((row) => row.replace(/ \| (?:required)? \| /, ' | '))].join('\n')
    : [...head, ...rows].join('\n')
}

const written = pages.map((page) => {
  const before = readFileSync(page, 'utf8')
  const after = before.replace(
    /^(<!-- options: (\w+)(?: without (\w+))? -->)\n(?:\n(?:\|[^\n]*\n)+)?/gm,
    (_, mark, name, except) => `${mark}\n\n${tableOf(name, except)}\n`,
  )
  return { page, before, after }
})

const shown = written.flatMap(({ after }) => [...after.matchAll(/^<!-- options: (\w+)/gm)].map(([, name]) => name))
const missing = [...interfaces.keys()].filter(
  (name) =>
    exported.has(name) &&
    (name.endsWith('Options') || OTHERS.includes(name)) &&
    !NOT_SHOWN.includes(name) &&
    !shown.includes(name),
)
if (missing.length > 0) throw new Error(`no page of docs/ has a table of ${missing.join(', ')}`)

const outdated = written.filter(({ before, after }) => before !== after)
if (!process.argv.includes('--check')) for (const { page, after } of outdated) writeFileSync(page, after)
else if (outdated.length > 0) {
  console.error('Tables in docs/ are out of date: run node scripts/option-tables.mjs in packages/core')
  process.exitCode = 1
}
