import type { IncomingHttpHeaders } from 'node:http'

/** Names and values in turn, as they came. */
export type RawHeaders = readonly string[]

/** The headers of a request as Node.js gives them, from the raw ones: each name once, or as a list of its values. */
export interface ReadHeaders {
  readonly headers: IncomingHttpHeaders
  readonly distinct: NodeJS.Dict<string[]>
}

/** Reads raw headers as the documentation of `message.headers` says. @param joinAll `joinDuplicateHeaders` of the server. */
export function readHeaders(raw: RawHeaders, joinAll: boolean): ReadHeaders {
  const headers: IncomingHttpHeaders = {}
  // Without a prototype, as that of Node.js.
  const distinct = Object.create(null) as NodeJS.Dict<string[]>
  for (const [name, value] of pairsOf(raw)) {
    const lower = name.toLowerCase()
    const there = Object.hasOwn(headers, lower) ? headers[lower] : undefined
    ;(distinct[lower] ??= []).push(value)
    if (lower === 'set-cookie') headers[lower] = distinct[lower]?.slice() ?? []
    else if (there === undefined) headers[lower] = value
    else if (joinAll || !FIRST_ONLY.has(lower))
      headers[lower] = `${String(there)}${lower === 'cookie' ? '; ' : ', '}${value}`
  }
  return { headers, distinct }
}

/**
 * What a request without a body says when it is asked once more by HTTP/1: nothing of its body, and where it came by HTTP/2
 * the host by its own name.
 */
export function askedHeaders(raw: RawHeaders): RawHeaders {
  const pairs = pairsOf(raw)
  const authority = pairs.find(([name]) => name === ':authority')?.[1]
  const hasHost = pairs.some(([name]) => name.toLowerCase() === 'host')
  const asked = pairs.filter(([name]) => !name.startsWith(':') && !OF_A_BODY.has(name.toLowerCase()))
  return [...(authority === undefined || hasHost ? [] : ['host', authority]), ...asked.flat()]
}

function pairsOf(raw: RawHeaders): readonly (readonly [name: string, value: string])[] {
  const pairs: [string, string][] = []
  for (let n = 0; n + 1 < raw.length; n += 2) pairs.push([raw[n] ?? '', raw[n + 1] ?? ''])
  return pairs
}

/** Of these Node.js keeps the first. */
const FIRST_ONLY: ReadonlySet<string> = new Set([
  ...['age', 'authorization', 'content-length', 'content-type', 'etag', 'expires', 'from', 'host'],
  ...['if-modified-since', 'if-unmodified-since', 'last-modified', 'location', 'max-forwards'],
  ...['proxy-authorization', 'referer', 'retry-after', 'server', 'user-agent'],
])

const OF_A_BODY: ReadonlySet<string> = new Set([...['content-length', 'transfer-encoding', 'trailer', 'expect']])
