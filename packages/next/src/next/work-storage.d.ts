/** What is used of `next/dist/server/app-render/work-async-storage.external`, which has no other name. */

/** One for each request, from its action through the page that is rendered after it to what is done after the answer. */
export interface Work {
  /** The client router fetches it beforehand. */
  readonly isPrefetchRequest?: boolean
  /** The file that serves it: `/dishes/[slug]/route`. */
  readonly route: string
}

export declare const workAsyncStorage: { getStore(): Work | undefined }
