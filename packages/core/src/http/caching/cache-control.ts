/** Cache directives by their names in lower case: what stands behind `=`, without its quotes, or true. */
export type Directives = ReadonlyMap<string, string | true>

/**
 * Reads a `Cache-Control` field (RFC 9111 5.2) and takes all of it that can be read, also where `;` or nothing but blanks
 * stand for commas, or a quote is not closed: what is not seen would forbid nothing. Of several directives of one name the
 * first counts; of those that are an age the smallest (4.2.1 lets a cache choose); of `no-cache` and `private` the bare one,
 * which is the stricter, else the lists of all. For these two only a quoted list of names is one, and all else is bare. An
 * age with blanks beside its `=` counts as 0.
 */
export function parseCacheControl(value: string | undefined): Directives {
  const directives = new Map<string, string | true>()
  if (value === undefined) return directives
  for (const [, , name, equals, quoted, , token] of membersOf(value)) {
    if (name === undefined) continue
    const key = name.toLowerCase()
    const given = LISTS.has(key) ? fieldList(quoted) : argument(equals, quoted, token)
    const before = directives.get(key)
    directives.set(key, before === undefined ? given : together(key, before, given))
  }
  return directives
}

/**
 * A number of seconds (RFC 9111 1.2.2), at most 2^31 - 1.
 *
 * @returns undefined where the directive is not there, and 0 for whatever is no such number: 4.2.1 encourages caches to
 * consider a response stale whose freshness is invalid.
 */
export function deltaSeconds(directives: Directives, name: string): number | undefined {
  const value = directives.get(name)
  return value === undefined ? undefined : seconds(value)
}

/** What a quoted value lists, where it is names of fields and nothing else (RFC 9111 5.2.2.4 and 5.2.2.7); else true. */
export function fieldList(quoted: string | undefined): string | true {
  return quoted !== undefined && FIELD_NAMES.test(quoted) ? quoted : true
}

/** The fields that `no-cache="..."` or `private="..."` lists, in lower case; none where it is bare or not there. */
export function listedFields(directives: Directives, name: 'no-cache' | 'private'): readonly string[] {
  const list = directives.get(name)
  return typeof list === 'string' ? list.split(',').map((field) => field.trim().toLowerCase()) : []
}

/** The most seconds that there are: RFC 9111 1.2.2. */
export const MOST_SECONDS = 2_147_483_647

/**
 * A quoted text that belongs to no name, and what closes it; or a name, `=`, and a quoted text and what closes it, or a
 * token. A text that is not closed reaches to the end, so that every character is looked at once.
 */
const MEMBER = /"(?:[^"\\]|\\.|\\$)*("|$)|([^\s=,;"]+)(?:([ \t]*=[ \t]*)(?:"((?:[^"\\]|\\.|\\$)*)("|$)|([^\s,;"]*)))?/gs
const AGES = new Set(['max-age', 's-maxage', 'stale-while-revalidate', 'stale-if-error'])
const LISTS = new Set(['no-cache', 'private'])
const FIELD_NAMES = /^[ \t]*[\w!#$%&'*+.^`|~-]+[ \t]*(?:,[ \t]*[\w!#$%&'*+.^`|~-]+[ \t]*)*$/

function membersOf(value: string): readonly RegExpExecArray[] {
  const members = [...value.matchAll(MEMBER)]
  const isUnclosed = members.some(([, strayEnd, , , , end]) => strayEnd === '' || end === '')
  return isUnclosed ? [...value.replaceAll('"', ' ').matchAll(MEMBER)] : members
}

function argument(equals: string | undefined, quoted: string | undefined, token: string | undefined): string | true {
  if (equals === undefined) return true
  const text = quoted === undefined ? (token ?? '') : quoted.replace(/\\(.)/gs, '$1')
  return equals === '=' ? text : `${equals}${text}`
}

function together(name: string, before: string | true, given: string | true): string | true {
  if (AGES.has(name)) return seconds(given) < seconds(before) ? given : before
  if (!LISTS.has(name)) return before
  return before === true || given === true ? true : `${before}, ${given}`
}

function seconds(value: string | true): number {
  return value !== true && /^\d+$/.test(value) ? Math.min(MOST_SECONDS, Number(value)) : 0
}
