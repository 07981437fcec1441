const came = new WeakMap<Request, Headers>()

/** The headers are about to be changed: those that came are kept, for when the request is asked once more. */
export function noteChange(request: Request, headers: Headers): void {
  if (!came.has(request)) came.set(request, new Headers(headers))
}

/** The request without its body, as it came. */
export function askedOnceMore(request: Request): Request {
  const headers = new Headers(came.get(request) ?? request.headers)
  for (const name of ['content-length', 'transfer-encoding', 'trailer', 'expect']) headers.delete(name)
  // Handlers expect the kind of request that they are given; its constructor is that of Request. Whether the client waits is
  // no matter.
  const { constructor: Kind } = request as { readonly constructor: unknown } as { readonly constructor: typeof Request }
  return new Kind(request.url, { method: request.method, headers })
}
