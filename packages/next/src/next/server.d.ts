/** What is used of `next/server`, for the same reason as that of `next/headers`. */

interface ResponseParts {
  readonly status?: number
  readonly headers?: Headers
}

export declare const NextResponse: {
  /** Goes on to what is asked for. @param init.request what it is to see of the request. */
  next(init?: { readonly request?: { readonly headers?: Headers } }): Response
  redirect(url: string | URL, init?: number | ResponseParts): Response
}
