/** Path and query as the Fetch standard writes them: `.` and `..` are resolved by then, which routes see as well. */
export function targetOfRequest({ url }: Request): string {
  // Bun has the path alone where a client of HTTP/1.0 named no host.
  const path = url.startsWith('/') ? 0 : url.indexOf('/', url.indexOf('://') + 3)
  const fragment = url.indexOf('#', path)
  return url.slice(path, fragment === -1 ? undefined : fragment)
}
