import type { IncomingMessage } from 'node:http'

/**
 * Changes a header of a request in all that Node.js says of them: `headers`, `headersDistinct`, `rawHeaders`. They stay the
 * same objects, which others may hold.
 */
export function setRequestHeader(request: IncomingMessage, name: string, value: string | undefined): void {
  const lower = name.toLowerCase()
  // Those of Node.js are made from the raw ones when they are first asked for, of which it knows the count.
  const { headers } = request
  const distinct: NodeJS.Dict<string[]> | undefined = request.headersDistinct // HTTP/2 and injected requests have none.
  if (!before.has(request)) before.set(request, [...request.rawHeaders])
  if (value === undefined) {
    Reflect.deleteProperty(headers, lower)
    if (distinct !== undefined) Reflect.deleteProperty(distinct, lower)
  } else {
    headers[lower] = value
    if (distinct !== undefined) distinct[lower] = [value]
  }
  changeRaw(request.rawHeaders, name, value)
}

/** Names and values in turn, as they came: without what {@link setRequestHeader} changed. */
export function rawHeadersAsCame(request: IncomingMessage): readonly string[] {
  return before.get(request) ?? request.rawHeaders
}

const before = new WeakMap<IncomingMessage, readonly string[]>()

/** The first of the name is changed where it stands, all others go. */
function changeRaw(raw: string[], name: string, value: string | undefined): void {
  const lower = name.toLowerCase()
  let isSet = value === undefined
  for (let n = 0; n < raw.length; n += 2) {
    if (raw[n]?.toLowerCase() !== lower) continue
    if (isSet || value === undefined) {
      raw.splice(n, 2)
      n -= 2
    } else {
      raw[n + 1] = value
      isSet = true
    }
  }
  if (!isSet && value !== undefined) raw.push(name, value)
}
