import { invalidArgument } from '../errors.ts'
import { checkNamespace, checkTag, isUsableText, LONGEST_PATH } from '../keys.ts'

/**
 * A name that an invalidation can hit, with its kind in front: `k:` one entry, `p:` every entry under a prefix, `t:`
 * every entry with a tag. Entries carry all names that can hit them.
 */
export type Name = string

/** How many prefixes of a path are names, the namespace being the first. */
const PREFIX_DEPTH = 8

/** The name of every entry there is. */
export const EVERYTHING: Name = 'p:'

/** The name of the one entry at a path. */
export function keyName(path: string): Name {
  return `k:${path}`
}

/** The name of all entries with a tag. */
export function tagName(tag: string): Name {
  return `t:${checkTag(tag)}`
}

/**
 * The names of all entries with one of these tags.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for what is no list: the letters of a word are no tags.
 */
export function tagNames(tags: readonly string[]): Name[] {
  if (!Array.isArray(tags)) throw invalidArgument('tags', tags, 'an array of strings')
  return tags.map(tagName)
}

/** The names of a path that need not be stored: its own, everything's, and each prefix that ends at a `:`. */
export function impliedNames(path: string): Name[] {
  const names = [keyName(path), EVERYTHING]
  for (let end = path.indexOf(':'); end !== -1 && names.length < PREFIX_DEPTH + 2; end = path.indexOf(':', end + 1)) {
    names.push(`p:${path.slice(0, end + 1)}`)
  }
  return names
}

/** The namespace that all of these are names of; undefined where some are of another, of a tag, or of everything. */
export function namespaceOf(names: readonly Name[]): string | undefined {
  const [first = ''] = names
  const end = first.indexOf(':', EVERYTHING.length) + 1
  const start = first.slice(EVERYTHING.length, end)
  const own = (name: Name): boolean => !name.startsWith('t:') && name.startsWith(start, EVERYTHING.length)
  return end > 0 && names.every(own) ? start.slice(0, -1) : undefined
}

/** The namespaces that names are of: keys and prefixes have one each, a tag and everything have none. */
export function namespacesAmong(names: Iterable<Name>): Set<string> {
  const namespaces = new Set<string>()
  for (const name of names) {
    const namespace = namespaceOfName(name)
    if (namespace !== undefined) namespaces.add(namespace)
  }
  return namespaces
}

/** The namespace of a key or a prefix; undefined for a tag and for everything. */
export function namespaceOfName(name: Name): string | undefined {
  if (!hasPath(name)) return undefined
  const end = name.indexOf(':', EVERYTHING.length)
  return end > EVERYTHING.length ? name.slice(EVERYTHING.length, end) : undefined
}

/** Whether a name is that of a key or a prefix of this namespace. */
export function isOfNamespace(name: Name, namespace: string): boolean {
  return (
    name.charAt(EVERYTHING.length + namespace.length) === ':' &&
    name.startsWith(namespace, EVERYTHING.length) &&
    hasPath(name)
  )
}

/** Keys and prefixes; a tag may look like either behind its kind. */
function hasPath(name: Name): boolean {
  return name.startsWith('k:') || name.startsWith('p:')
}

/** The name of the fewest entries that all with paths that begin so are among. */
export function narrowestPrefix(beginning: string): Name {
  const parts = beginning.split(':').slice(0, -1).slice(0, PREFIX_DEPTH)
  return `p:${parts.map((part) => `${part}:`).join('')}`
}

/**
 * The name of all entries under a prefix.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for a prefix that does not end at a `:`, is deeper than entries carry, or has
 *   no namespace.
 */
export function prefixName(prefix: unknown): Name {
  const depth = typeof prefix === 'string' ? prefix.split(':').length - 1 : 0
  if (typeof prefix !== 'string' || !prefix.endsWith(':') || depth > PREFIX_DEPTH || prefix.length > LONGEST_PATH) {
    throw invalidArgument(
      'prefix',
      prefix,
      `a prefix that ends at a ':' and has 1 to ${PREFIX_DEPTH} of them, such as 'orders:42:'; use tags for anything else, or purge({ match })`,
    )
  }
  checkNamespace(prefix.slice(0, prefix.indexOf(':')))
  if (!isUsableText(prefix))
    throw invalidArgument('prefix', prefix, 'no control characters, no lone surrogates, and parts as keys have them')
  return `p:${prefix}`
}
