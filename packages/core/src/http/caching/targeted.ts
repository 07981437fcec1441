import { type Directives, fieldList, parseCacheControl } from './cache-control.ts'
import type { HeaderOf } from './header-of.ts'
import { type BareItem, parseDictionary } from './structured-fields.ts'

/** What a response says to this cache. */
export interface ResponseDirectives {
  readonly directives: Directives
  /** The targeted field they are of, as it was asked for: `Cache-Control` and `Expires` do not count. Else undefined. */
  readonly targeted: string | undefined
}

/**
 * The directives of a response for a cache with a list of targets (RFC 9213 2.2): those of the first targeted field that is
 * there, neither empty nor malformed; where there is none, those of `Cache-Control`. `Pragma` means nothing on a response
 * (RFC 9111 5.4).
 *
 * @param targets names of targeted fields, the most specific first: `CDN-Cache-Control`.
 */
export function responseDirectives(header: HeaderOf, targets: readonly string[]): ResponseDirectives {
  for (const target of targets) {
    const field = header(target.toLowerCase())
    const members = field === undefined ? undefined : parseDictionary(field)
    if (members !== undefined && members.size > 0) return { directives: asDirectives(members), targeted: target }
  }
  return { directives: parseCacheControl(header('cache-control')), targeted: undefined }
}

function asDirectives(members: ReadonlyMap<string, BareItem>): Directives {
  const directives = new Map<string, string | true>()
  for (const [name, item] of members) {
    const value = argument(name, item)
    if (value !== undefined) directives.set(name, value)
  }
  return directives
}

/** RFC 9213 2.1: none is true, a token a Token or a number, a quoted text a String; and other types are not to be used. */
function argument(name: string, item: BareItem): string | true | undefined {
  if (name === 'no-cache' || name === 'private') {
    if (item.kind === 'boolean' && !item.is) return undefined
    return fieldList(item.kind === 'string' ? item.text : undefined)
  }
  if (item.kind === 'boolean') return item.is ? true : undefined
  // A number in quotes is no number: it is made what an age cannot be.
  if (item.kind === 'string') return `"${item.text}"`
  return item.kind === 'other' ? '' : item.text
}
