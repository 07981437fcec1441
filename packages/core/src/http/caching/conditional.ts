import type { HeaderOf } from './header-of.ts'
import { parseHttpDate } from './http-date.ts'

/** What of a stored response its conditions are judged by, as it was sent. */
export interface Validators {
  readonly etag: string | undefined
  readonly lastModified: string | undefined
  readonly date: string | undefined
}

/**
 * Whether a cache answers a request with a 304 from what it stored (RFC 9110 13.2.2 as 9111 4.3.2 has caches do it): by
 * `If-None-Match` where there is one, compared weakly; else by `If-Modified-Since`, against `Last-Modified`, or `Date` where
 * there is none. Only of a GET or HEAD, and only to be asked of a stored 200: 9110 13.2.1.
 */
export function notModified(
  request: { readonly method: string; readonly header: HeaderOf },
  validators: Validators,
): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false
  const noneMatch = request.header('if-none-match')
  if (noneMatch !== undefined) return matchesAny(noneMatch, validators.etag)
  const field = request.header('if-modified-since')
  // What most requests do not ask, nothing is parsed for.
  if (field === undefined) return false
  const since = instant(field)
  const modified = instant(validators.lastModified) ?? instant(validators.date)
  return since !== undefined && modified !== undefined && modified <= since
}

/**
 * The entity tags of `If-None-Match` or `If-Match` (RFC 9110 13.1.1), or `*`. What is no entity tag is taken as it is written,
 * up to the next comma: it matches a tag that is written the same.
 */
export function parseEtags(field: string): readonly string[] | '*' {
  if (field.trim() === '*') return '*'
  return Array.from(field.matchAll(TAGS), ([tag]) => tag.trimEnd())
}

/** Compares two entity tags weakly (RFC 9110 8.8.3.2): both may be weak. */
export function weakMatch(a: string, b: string): boolean {
  return withoutWeakness(a) === withoutWeakness(b)
}

/** Compares two entity tags strongly (RFC 9110 8.8.3.2): none may be weak, or malformed. */
export function strongMatch(a: string, b: string): boolean {
  return a === b && STRONG.test(a)
}

/** The weak form of an entity tag: of what is the same in meaning, not byte for byte (RFC 9110 8.8.1). */
export function weakEtag(etag: string): string {
  return `W/${withoutWeakness(etag)}`
}

const TAGS = /(?:W\/)?"[^"]*"(?=[ \t]*(?:,|$))|[^\s,][^,]*/g
const STRONG = /^"[^"]*"$/

function matchesAny(field: string, etag: string | undefined): boolean {
  const tags = parseEtags(field)
  return tags === '*' || (etag !== undefined && tags.some((tag) => weakMatch(tag, etag)))
}

function withoutWeakness(etag: string): string {
  return etag.startsWith('W/') ? etag.slice(2) : etag
}

function instant(date: string | undefined): number | undefined {
  return date === undefined ? undefined : parseHttpDate(date)
}
