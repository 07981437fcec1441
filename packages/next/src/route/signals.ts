/**
 * The answer that `redirect()`, `notFound()`, `forbidden()` and `unauthorized()` of Next.js stand for, which throw: made here
 * as Next.js makes it, so that it leaves with what policies give. Undefined for whatever else is thrown.
 */
export function answerOfSignal(error: unknown, request: Request): Response | undefined {
  const [code, ...rest] = digestOf(error)
  if (code === 'NEXT_REDIRECT') {
    const status = Number(rest.at(-2))
    const location = rest.slice(1, -2).join(';')
    if (![303, 307, 308].includes(status)) return undefined
    return new Response(null, { status: isAction(request) ? 303 : status, headers: { location } })
  }
  const status = Number(rest[0])
  const isFallback = code === 'NEXT_HTTP_ERROR_FALLBACK' && [401, 403, 404].includes(status)
  return isFallback ? new Response(null, { status }) : undefined
}

/** The status that it has, outside of a route handler; undefined for whatever else is thrown. */
export function statusOfSignal(error: unknown): number | undefined {
  const [code, ...rest] = digestOf(error)
  if (code === 'NEXT_REDIRECT') return 303
  return code === 'NEXT_HTTP_ERROR_FALLBACK' ? Number(rest[0]) : undefined
}

/** What Next.js tells its own errors apart by. */
function digestOf(error: unknown): readonly string[] {
  const digest: unknown = typeof error === 'object' && error !== null && 'digest' in error ? error.digest : undefined
  return typeof digest === 'string' ? digest.split(';') : []
}

/** A form was sent: whoever follows a redirect is to ask for a page, as Next.js has it. */
function isAction({ method, headers }: Request): boolean {
  if (method !== 'POST') return false
  const type = headers.get('content-type')
  return (
    headers.has('next-action') ||
    type === 'application/x-www-form-urlencoded' ||
    type?.startsWith('multipart/form-data') === true
  )
}
