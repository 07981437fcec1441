import type { Duration } from '../../duration.ts'

/** Which parts of a query tell pages apart. */
export interface QueryOptions {
  /** Only these parameters do; a `*` at the end stands for whatever follows. @default all */
  readonly include?: readonly string[]
  /** These do not; a `*` at the end stands for whatever follows. {@link MARKETING_PARAMETERS} are the usual ones. @default none */
  readonly ignore?: readonly string[]
  /** Whether the order of differently named parameters does not matter. @default true */
  readonly sort?: boolean
}

/**
 * Which answers are stored, for whom, and for how long.
 *
 * @typeParam Context what the framework gives handlers: a request, a context.
 */
export interface CacheResponseOptions<Context> {
  /**
   * `explicit`: an answer is stored where it says how long it is fresh (`Cache-Control`, `Expires`, or `cacheFor()`). `ttl`:
   * also one that says nothing, for `ttl`. `rfc`: all that RFC 9111 allows a shared cache, heuristics and the directives of
   * requests included, for running conformance suites.
   *
   * @default 'ttl' where there is a `ttl`, else 'explicit'
   */
  readonly mode?: 'explicit' | 'ttl' | 'rfc'
  /** How long an answer is fresh that says nothing itself. @default none: it is not stored */
  readonly ttl?: Duration
  /** How much longer it is served while it is refreshed behind the client's back, unless it says so itself. @default 0 */
  readonly stale?: Duration
  /** How much longer it is served in place of an answer with a status of 500 or above, unless it says so itself. @default 0 */
  readonly staleIfError?: Duration
  /** How long answers of some statuses are fresh in mode `ttl`: `{ 404: '10s' }`. @default 10 seconds at most for 404 and 410, else `ttl` */
  readonly statuses?: Readonly<Record<number, Duration>>
  /** Tags by which `invalidate({ tags })` drops the answer; handlers add theirs with `cacheTags()`. With more than 64 it is not stored. @default none */
  readonly tags?: readonly string[] | ((context: Context) => readonly string[])
  /** What else tells answers apart, as texts: a tenant, an experiment. @default nothing */
  readonly key?: (context: Context) => string | readonly string[]
  /**
   * Whose the answer is, as a text: it is then stored for that user alone, and clients are told that it is private. Where it
   * gives undefined or null, the answer is neither stored nor looked for; an empty text or no text is an error.
   *
   * @default answers are shared, and none that a session was used for is stored
   */
  readonly user?: (context: Context) => string | undefined | null
  /** Requests that pass by the cache; not async. @default none */
  readonly skip?: (context: Context) => boolean
  /** Which parts of a query tell pages apart. @default all of it, but for the order of differently named parameters */
  readonly query?: QueryOptions
  /**
   * The hosts that there are pages for, as clients write them: `['shop.example', 'localhost:3000']`. Requests for others pass
   * by; pages of different hosts are different pages.
   *
   * @default any: what a request said of its host tells answers apart, but `purgePages` drops those of all
   */
  readonly hosts?: readonly string[]
  /**
   * What a cookie of the request means. `bypass`: any cookie passes by the cache. `known`: those that well-known libraries
   * keep sessions in do, but not where `user` says whose the answer is; with a `ttl` all others do as well, but for those of
   * analytics, whatever the answer says of itself; the sessions of Redstart never do, since what used one is not stored.
   * `ignore`: none does. `{ key }`: the values of these tell answers apart, and others are ignored.
   *
   * @default 'known'
   */
  readonly cookies?: 'known' | 'bypass' | 'ignore' | { readonly key: readonly string[] }
  /**
   * Whether answers to requests with `Authorization` are stored where they say `public`, `s-maxage` or `must-revalidate`
   * (RFC 9111 3.5).
   *
   * @default 'never'
   */
  readonly authorized?: 'never' | 'rfc'
  /** The languages that there are: `Accept-Language` then means the best of them (RFC 4647 3.4). @default each value is another variant */
  readonly languages?: readonly string[]
  /** Stores an answer that sets cookies, without them. @default false: it is not stored */
  readonly stripSetCookie?: boolean
  /**
   * Header fields for this cache alone, the first one that is there counting in place of `Cache-Control` (RFC 9213).
   *
   * @default ['Redstart-Cache-Control', 'CDN-Cache-Control']
   */
  readonly targets?: readonly string[]
  /** For how long clients may keep the answer themselves, in place of what it says. @default what it says */
  readonly browser?: Duration
  /** The headers in which clients, or a CDN between, are told the tags. @default none */
  readonly tagHeaders?: readonly ('cache-tag' | 'surrogate-key' | 'cache-groups')[]
  /** Bytes of a body that is stored. @default 1 MiB */
  readonly maxBodyBytes?: number
  /**
   * Learns which headers a handler looks at until its head leaves, and what becomes of an answer that depends on one which is neither in its key
   * nor in its `Vary`, so that whoever sends it decides what others are given. `warn`: the event `unkeyed` and the logger
   * tell, once for each header and kind of path. `strict`: such an answer is not stored either, nor one to a request with
   * parameters that `query` leaves out; and headers that are taken for another host, target or method (`X-Original-URL`)
   * are hidden from handlers. `vary`: the header is added to its `Vary`; of cookies and `Authorization` as with `strict`.
   *
   * Handlers are given other objects than usual then, in which looking costs more: for development and tests, unless
   * security is worth it. What stands in front of this middleware is not watched: loggers belong there. Nor is what the
   * runtime itself copies out of a `Request`: handlers that pass it on by `new Request(request)` or `fetch(request)` are
   * better not cached.
   *
   * @default 'off'
   */
  readonly audit?: 'off' | 'warn' | 'strict' | 'vary'
  /** Has requests wait for the first one of the same page, where what comes of it may be stored. @default true */
  readonly coalesce?: boolean
  /** Keeps an answer that has an `ETag` or `Last-Modified` for so long beyond its end, to ask the handler whether it still holds. @default 0 */
  readonly revalidate?: Duration
  /** The name of the cache in `Cache-Status` (RFC 9211); false for no such header. @default 'Redstart' */
  readonly cacheStatus?: string | false
  /** The namespace of the cache that answers are kept in. @default 'http' */
  readonly namespace?: string
}
