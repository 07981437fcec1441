import type { HeaderOf } from './header-of.ts'

/** Whether a method only reads, as far as the registry of methods says so (RFC 9110 9.2.1). What is not known is not safe. */
export function isSafe(method: string): boolean {
  return SAFE.has(method)
}

/**
 * What of this origin is no longer what it was after an answer (RFC 9111 4.4), each as a path with its query: of a method that
 * may have changed something, and that did not fail, the target itself as it was sent, and what `Location` and
 * `Content-Location` name as clients ask for it.
 *
 * @param request `origin` as in `https://example.com`, `target` as it was sent.
 */
export function invalidatedUris(
  request: { readonly method: string; readonly origin: string; readonly target: string },
  head: { readonly status: number; readonly header: HeaderOf },
): readonly string[] {
  if (isSafe(request.method) || head.status < 200 || head.status > 399) return []
  const target = withoutOrigin(request.target)
  const named = ['location', 'content-location'].map((name) => ofOrigin(head.header(name), request.origin, target))
  return [...new Set([target, ...named.filter((uri) => uri !== undefined)])]
}

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'QUERY', 'PROPFIND', 'REPORT', 'SEARCH'])

/** The absolute form of RFC 9112 3.2.2 as a path. */
function withoutOrigin(target: string): string {
  const path = target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '')
  return path.startsWith('/') ? path : `/${path}`
}

function ofOrigin(reference: string | undefined, origin: string, target: string): string | undefined {
  const base = `${origin}${target}`
  if (reference === undefined || !URL.canParse(reference, base)) return undefined
  const named = new URL(reference, base)
  return named.origin === new URL(base).origin ? `${named.pathname}${named.search}` : undefined
}
