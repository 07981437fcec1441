/** The header fields of a stored page. */
export type StoredHeaders = Readonly<Record<string, number | string | readonly string[] | undefined>>

/** How long something is fresh and may be used, in seconds, as Next.js has it. */
export interface CacheControl {
  readonly revalidate: number | false
  readonly expire: number | undefined
}

/** What Next.js keeps of pages, route handlers, fetches and images: its `IncrementalCacheValue`. */
export type IncrementalValue =
  | {
      kind: 'FETCH'
      data: { headers: Record<string, string>; body: string; url: string; status?: number }
      tags?: string[]
      revalidate: number
    }
  | {
      kind: 'APP_PAGE'
      html: string
      rscData: Buffer | undefined
      headers: StoredHeaders | undefined
      postponed: string | undefined
      status: number | undefined
      segmentData: Map<string, Buffer> | undefined
    }
  | { kind: 'APP_ROUTE'; body: Buffer; status: number; headers: StoredHeaders }
  | { kind: 'PAGES'; html: string; pageData: object; headers: StoredHeaders | undefined; status: number | undefined }
  | { kind: 'REDIRECT'; props: object }
  | { kind: 'IMAGE'; etag: string; upstreamEtag: string; buffer: Buffer; extension: string; revalidate?: number }

/** What Next.js says of a read. */
export interface GetContext {
  readonly kind: 'FETCH' | 'APP_PAGE' | 'APP_ROUTE' | 'PAGES' | 'IMAGE'
  readonly revalidate?: number | false
  readonly tags?: readonly string[]
  readonly softTags?: readonly string[]
  readonly isFallback?: boolean
  readonly isRoutePPREnabled?: boolean
}

/** What Next.js says of a write. */
export interface SetContext {
  readonly fetchCache?: boolean
  readonly tags?: readonly string[]
  readonly kind?: string
  readonly cacheControl?: CacheControl
  readonly isFallback?: boolean
}

/** What a read gives. */
export interface IncrementalEntry {
  lastModified: number
  value: IncrementalValue | null
  cacheControl?: CacheControl
}

/** What Next.js hands to the handler of each request. */
export interface IncrementalContext {
  readonly serverDistDir?: string
  readonly dev?: boolean
  readonly revalidatedTags?: readonly string[]
  readonly _requestHeaders?: Readonly<Record<string, unknown>>
}
