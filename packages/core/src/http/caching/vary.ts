import { acceptMembers, isPlainAccept } from './accept-members.ts'
import type { HeaderOf } from './header-of.ts'

/** What a value of a header counts as, by the header's name in lower case: its own text, or a class of values. */
export type Normalisers = Readonly<Record<string, (value: string | undefined) => string>>

/**
 * The headers that an answer depends on, sorted; `'*'` where nobody can say (9110 12.5.5, 9111 4.1). What is no name of a
 * header may have been meant as one: then nobody can say either.
 */
export function varyNames(value: string | undefined): readonly string[] | '*' {
  if (value === undefined) return NO_NAMES
  const names = new Set<string>()
  for (const member of value.split(',')) {
    const name = member.trim().toLowerCase()
    if (name === '') continue
    if (name === '*' || !TOKEN.test(name)) return '*'
    names.add(name)
  }
  return [...names].toSorted()
}

/**
 * The variant that a request asks for: another text for other names, for another value of any, and for a header that is
 * empty and not absent. Without a normaliser, white space around commas does not count; nor does case, of `Accept` and
 * `Accept-*`; nor the order, where weights alone say what is preferred (9110 12.4.2).
 */
export function variantOf(names: readonly string[], header: HeaderOf, normalise: Normalisers): string {
  let text = ''
  for (const name of names) {
    const value = header(name)
    // A header may have the name of what all objects inherit.
    const own = Object.hasOwn(normalise, name) ? normalise[name] : undefined
    const counted = own === undefined ? value && commonForm(name, value) : own(value)
    text += `${name.length}:${name}${counted === undefined ? '-' : `=${counted.length}:${counted}`}`
  }
  return text
}

/**
 * A normaliser of `Accept-Encoding`: the coding to answer with, or `identity` (9110 12.5.3). It is a value of that header:
 * where a handler is given it in place of the client's, the handler can make nothing that another client of the class does
 * not read.
 *
 * @param offered codings that answers come in, in lower case, the best one first: of those that a client likes as much as
 *   each other, the first is taken.
 */
export function acceptEncoding(offered: readonly string[]): (value: string | undefined) => string {
  return (value = '') => {
    const weights = new Map<string, number>()
    for (const { range, weight } of acceptMembers(value)) {
      // Of one that comes twice, the smaller weight, which is the later one.
      weights.set(range === 'x-gzip' ? 'gzip' : range, weight)
    }
    let best = 'identity'
    // It is acceptable unless it is said not to be, but what is named is liked more (9110 12.5.3).
    let most = weights.get(best) ?? 0
    for (const coding of offered) {
      const weight = weights.get(coding) ?? weights.get('*') ?? 0
      const better = weight > most || (weight === most && weight > 0 && best === 'identity')
      if (better) [best, most] = [coding, weight]
    }
    return best
  }
}

/**
 * A normaliser of `Accept-Language`: the language to answer in, by the lookup of RFC 4647 3.4; `*` where none of them was
 * asked for, so that the choice is the handler's. It is a value of that header, as with {@link acceptEncoding}.
 *
 * @param supported tags of languages: `en`, `pt-BR`, `zh-Hant`.
 */
export function acceptLanguage(supported: readonly string[]): (value: string | undefined) => string {
  const known = new Map(supported.map((tag) => [tag.toLowerCase(), tag]))
  return (value = '') => {
    const members = acceptMembers(value)
    const refused = new Set(members.flatMap(({ range, weight }) => (weight === 0 ? range : [])))
    for (const { range, weight } of members) {
      if (weight === 0) break
      // No language has such a tag, and to shorten it takes the square of its length.
      if (range.length > LONGEST_RANGE) continue
      for (let tag = range; tag !== ''; tag = shorter(tag)) {
        const found = refused.has(tag) ? undefined : known.get(tag)
        if (found !== undefined) return found
      }
    }
    return '*'
  }
}

const NO_NAMES: readonly string[] = []
const LONGEST_RANGE = 64
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/
const UNORDERED: ReadonlySet<string> = new Set(['accept-charset', 'accept-encoding', 'accept-language'])

/** 9111 4.1: without the white space that the syntax allows, and in one of the ways to say the same. */
function commonForm(name: string, value: string): string {
  if (UNORDERED.has(name) && isPlainAccept(value)) {
    const members = acceptMembers(value).map(({ range, weight }) => (weight === 1 ? range : `${range};q=${weight}`))
    return members.toSorted().join()
  }
  // What is quoted has any of it as its own.
  if (value.includes('"')) return value
  const dense = value
    .split(',')
    .map((member) => member.trim())
    .join()
  return name === 'accept' || name.startsWith('accept-') ? dense.toLowerCase() : dense
}

/** Without its last part, and what introduces that (RFC 4647 3.4). */
function shorter(tag: string): string {
  const shortened = tag.slice(0, Math.max(0, tag.lastIndexOf('-')))
  return /(?:^|-)[0-9a-z]$/.test(shortened) ? shortened.slice(0, Math.max(0, shortened.lastIndexOf('-'))) : shortened
}
