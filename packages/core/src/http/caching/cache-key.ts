import crypto from 'node:crypto'

/** What a response is found by, before `Vary`. */
export interface KeyParts {
  /** Empty where answers do not depend on it. */
  readonly scheme: 'http' | 'https' | ''
  /** In the one form that the application allows; empty where it has a single host. */
  readonly host: string
  /** As the client sent it: nothing decoded, folded or left out. */
  readonly path: string
  /** From its `?` on, as `normaliseQuery` gives it; empty where there is none. */
  readonly query: string
  /** Whatever else decides: the class of the method, a user, a cookie. */
  readonly custom: readonly string[]
}

/** The key of an entry, and the two prefixes that it can be invalidated by. */
export interface CacheKeys {
  /** Of all that has this path, whatever its query. */
  readonly site: string
  /** Of all that has this path and query: `site:query`. */
  readonly page: string
  /** `site:query:rest`. */
  readonly key: string
}

/**
 * The key of a response: three SHA-256 of 132 bits each, so that it has one length, tells nobody what was asked for, and no
 * two targets that anybody could find share it. Takes about 1.5 µs.
 */
export function cacheKeys({ scheme, host, path, query, custom }: KeyParts): CacheKeys {
  const site = digest(preimage('site', [scheme, host, path]))
  const page = `${site}:${query === '' ? NO_QUERY : digest(preimage('query', [query]))}`
  return { site, page, key: `${page}:${custom.length === 0 ? NOTHING_ELSE : digest(preimage('rest', custom))}` }
}

/** The key of one variant of what has `key`: under the same prefixes. */
export function variantKey(key: string, variant: string): string {
  const rest = key.lastIndexOf(':') + 1
  return key.slice(0, rest) + digest(preimage('variant', [key.slice(rest), variant]))
}

/**
 * What is hashed: each part behind its length, so that no other list of parts has the same text, behind the kind of the
 * list, so that neither has another kind.
 */
export function preimage(kind: 'site' | 'query' | 'rest' | 'variant', parts: readonly string[]): string {
  let text = `${VERSION}${kind}`
  for (const part of parts) text += `:${part.length}:${part}`
  // UTF-8 has one spelling for all halves of a surrogate pair; JSON has one for each.
  return HALF_PAIR.test(text) ? `!${JSON.stringify(text)}` : text
}

const HALF_PAIR = /\p{Surrogate}/u

/** Another one makes all that is stored unknown: for when equal parts no longer mean equal answers. */
const VERSION = 'redstart/http/1/'

/** Digests of no query and of no further parts, which most requests have. */
const NO_QUERY = '703BQIDvqINWDSGlY1bkFR'
const NOTHING_ELSE = 'PmILUiwIaxsGHZxNO6JO2r'

/** Of the 43 characters that a digest has. */
const LENGTH = 22

/** At once takes half of what an object with a state takes; not every runtime that has `node:crypto` has it. */
const digest: (text: string) => string =
  typeof crypto.hash === 'function'
    ? (text) => crypto.hash('sha256', text, 'base64url').slice(0, LENGTH)
    : (text) => crypto.createHash('sha256').update(text).digest('base64url').slice(0, LENGTH)
