import type { Context } from 'hono'

/** What came, before anything of it was changed. */
interface AsCame {
  readonly raw: Request
  readonly headers: Headers
}

/**
 * What stands for the request that a context is about: the first Request that was seen of it, or what was announced. A
 * request that an application makes itself, to ask its own routes or one that it mounts, is another one.
 */
export function requestOf(c: Context): object {
  const { raw } = c.req
  const known = ofContext.get(c) ?? ofRaw.get(raw) ?? announced(c) ?? raw
  ofContext.set(c, known)
  ofRaw.set(raw, known)
  return known
}

/** What the server of Node.js is to be asked has no Request yet. @returns what stands for it. */
export function announce(incoming: object): object {
  const request = {}
  ofIncoming.set(incoming, request)
  return request
}

/** What the server of Node.js made the request of, if it is that one: its env has it for requests of an application, too. */
export function incomingOf(c: Context): object | undefined {
  const env: unknown = c.env
  const incoming: unknown = typeof env === 'object' && env !== null && 'incoming' in env ? env.incoming : undefined
  return typeof incoming === 'object' && incoming !== null ? incoming : undefined
}

/** Changes a header of the request for whoever comes behind. */
export function setRequestHeader(c: Context, name: string, value: string | undefined): void {
  const { raw } = c.req
  const request = requestOf(c)
  if (!came.has(request)) came.set(request, { raw, headers: new Headers(raw.headers) })
  if (change(raw.headers, name, value)) return
  const headers = new Headers(raw.headers)
  change(headers, name, value)
  c.req.raw = withHeaders(raw, headers)
  ofRaw.set(c.req.raw, request)
  if (peers.has(raw)) peers.set(c.req.raw, peers.get(raw))
}

/** Who had connected for a request that is asked once more, which runtimes do not know of one that an application made. */
export function peerOf(c: Context): string | undefined {
  return peers.get(c.req.raw)
}

/** The request without its body, as it came. */
export function askedOnceMore(c: Context, peer: string | undefined): Request {
  const { raw, headers: own } = came.get(requestOf(c)) ?? { raw: c.req.raw, headers: c.req.raw.headers }
  const headers = new Headers(own)
  for (const name of ['content-length', 'transfer-encoding', 'trailer', 'expect']) headers.delete(name)
  const isBodiless = raw.method === 'GET' || raw.method === 'HEAD'
  // The client that goes is no reason to stop.
  const asked = new Request(isBodiless ? raw : raw.url, { method: raw.method, headers, signal: null })
  peers.set(asked, peer)
  return asked
}

const ofContext = new WeakMap<Context, object>()
const ofRaw = new WeakMap<Request, object>()
const ofIncoming = new WeakMap<object, object>()
const peers = new WeakMap<Request, string | undefined>()
const came = new WeakMap<object, AsCame>()

/** For the first that asks, which is the one that the server serves. */
function announced(c: Context): object | undefined {
  const incoming = incomingOf(c)
  if (incoming === undefined) return undefined
  const request = ofIncoming.get(incoming)
  ofIncoming.delete(incoming)
  return request
}

/** False where the headers are not to be changed, as those of requests that came are at the edge. */
function change(headers: Headers, name: string, value: string | undefined): boolean {
  try {
    if (value === undefined) headers.delete(name)
    else headers.set(name, value)
  } catch (error) {
    if (error instanceof TypeError) return false
    throw error
  }
  return headers.get(name) === (value ?? null)
}

function withHeaders(raw: Request, headers: Headers): Request {
  // Hono keeps what was read of a body; of a Request that has none any more there is no copy.
  if (!raw.bodyUsed) return new Request(raw, { headers })
  return new Request(raw.url, { method: raw.method, headers, signal: raw.signal })
}
