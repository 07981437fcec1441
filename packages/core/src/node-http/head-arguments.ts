import type { OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from 'node:http'

/** Headers as `writeHead` takes them: an object, a flat list of names and values, or a list of pairs. */
export type HeadFields = OutgoingHttpHeaders | OutgoingHttpHeader[]

/** Arguments of `writeHead`, in any of their forms. */
export type HeadArguments = readonly [status: number, second?: string | HeadFields, third?: HeadFields]

/**
 * Puts on the response what `writeHead` was given, so that policies see one head wherever its parts came from, and may
 * add to it. Throws what Node.js throws for headers that it does not send.
 */
export function applyHead(response: ServerResponse, [status, second, third]: HeadArguments): void {
  response.statusCode = status
  if (typeof second === 'string') response.statusMessage = second
  const fields = third ?? second
  if (fields === undefined || typeof fields === 'string') return
  if (!Array.isArray(fields)) {
    for (const [name, value] of Object.entries(fields)) if (value !== undefined) response.setHeader(name, value)
    return
  }
  const pairs = pairsOf(fields)
  // A name may come twice in a list; all of them take the place of what was there.
  for (const [name] of pairs) response.removeHeader(name)
  for (const [name, value] of pairs) response.appendHeader(name, value)
}

function pairsOf(fields: readonly OutgoingHttpHeader[]): [name: string, value: string | string[]][] {
  const flat = fields.some((field) => Array.isArray(field)) && Array.isArray(fields[0]) ? fields.flat() : fields
  const pairs: [string, string | string[]][] = []
  for (let n = 0; n + 1 < flat.length; n += 2) {
    const value = flat[n + 1]
    pairs.push([String(flat[n]), Array.isArray(value) ? [...value] : String(value)])
  }
  return pairs
}
