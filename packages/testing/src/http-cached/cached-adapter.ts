import type { Redstart, Session } from '@redstart/core'
import type { CacheForOptions, CacheResponseOptions, HeaderList } from '@redstart/core/http'
import type { StartedHttpApp } from '../http/adapter.ts'

/** An adapter of a web framework with a response cache, as the suite sees it. */
export interface CachedAdapter {
  /**
   * Makes the app in the framework, as its people would write it, with the cache in front of all routes, and has it listen on
   * 127.0.0.1. The status of an error that a handler throws is 500; errors are not written to the console.
   */
  start(app: CachedApp): Promise<StartedHttpApp>
  /** Ways to send a body that its compression does not see. @default none */
  readonly uncompressed?: readonly CachedBody['way'][]
  /** Its compression also sees what the cache answers where it stands behind the cache. @default false */
  readonly compressesAll?: boolean
  /** The server under the framework says how long bodies are that are there as a whole. @default true */
  readonly sendsLengths?: boolean
}

/** Where another middleware stands, seen from the cache: in front of it, so that it also sees what the cache answers. */
export type Place = 'none' | 'front' | 'behind'

/** What an adapter makes an app of. */
export interface CachedApp {
  readonly redstart: Redstart<CachedFields>
  /** What `cacheResponse(redstart, options)` in front of all routes is given. */
  readonly options: CachedAppOptions
  /** `session(redstart)`. */
  readonly sessions: Place
  /** The middleware that compresses, of bodies of any length. */
  readonly compression: Place
  /** `rateLimit(redstart, { policies: 'many' })` in front of the cache, with what is told of it. */
  readonly limited: boolean
  /** The server that connects is a proxy to trust: what it says of host, TLS and address in `X-Forwarded-*` counts. */
  readonly trustsProxy: boolean
  /** A middleware in front of all others tells each request, as the framework has it. */
  readonly logged: (seen: LoggedRequest) => void
  readonly routes: readonly CachedRoute[]
}

export interface LoggedRequest {
  readonly method: string
  readonly target: string
  readonly address: string | undefined
}

/** Functions of a request, so that no adapter has to translate any: they are given its headers by their names in lower case. */
export interface CachedAppOptions extends Omit<CacheResponseOptions<never>, 'user' | 'key' | 'skip' | 'tags'> {
  readonly user?: (header: HeaderOf) => string | undefined
  readonly key?: (header: HeaderOf) => string
  readonly skip?: (header: HeaderOf) => boolean
  readonly tags?: readonly string[]
}

export type HeaderOf = (name: string) => string | undefined

/** What the app keeps in its sessions. */
export interface CachedFields {
  views: number
}

/** GET routes answer HEAD as well. What a handler throws goes to the framework. */
export interface CachedRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Without parameters; of `/pages/*` all that is below. */
  readonly path: string
  handle(turn: CachedTurn): Promise<CachedAnswer>
}

/** A request as a handler sees it; the adapter makes it of what its framework gives handlers. */
export interface CachedTurn {
  readonly method: string
  /** Path and query. */
  readonly target: string
  /** The host, as the framework has it. */
  readonly host: string | undefined
  /** A header, by its name in lower case. */
  readonly header: HeaderOf
  /** The body as text: empty where there is none. */
  text(): Promise<string>
  /** Where handlers of the framework find it; only where there are sessions. */
  session(): Session<CachedFields>
  cacheTags(...tags: readonly string[]): void
  cacheFor(options: CacheForOptions | false): void
}

/** What a handler answers, to be said in the framework's own words. */
export interface CachedAnswer {
  /** @default 200 */
  readonly status?: number
  readonly headers?: HeaderList
  readonly body: CachedBody
}

/** A body, and the way that it is sent. */
export type CachedBody =
  /** All at once: `res.send`, `ctx.body =`, `return c.body(...)`. */
  | { readonly way: 'send'; readonly bytes: Uint8Array }
  /** Piece by piece, each when it is there, and none is asked for before there is room: `write` and `end`. */
  | { readonly way: 'write'; readonly pieces: Pieces }
  /** The same as a stream of Node.js. */
  | { readonly way: 'pipe'; readonly pieces: Pieces }
  /** The same as a stream of the web. */
  | { readonly way: 'web'; readonly pieces: Pieces }
  /** The framework's own way to send a file. */
  | { readonly way: 'file'; readonly path: string }

export type Pieces = Iterable<Uint8Array> | AsyncIterable<Uint8Array>

/** Pieces as a stream of the web: asked for when there is room, and left when nobody wants more. */
export function webStreamOf(pieces: Pieces): ReadableStream<Uint8Array> {
  const iterator = (async function* () {
    yield* pieces
  })()
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await iterator.next()
      if (done === true) controller.close()
      else controller.enqueue(value)
    },
    async cancel() {
      await iterator.return?.()
    },
  })
}

/** Options of the suite in the framework's own words: `headerOf` finds a header of a request. */
export function optionsFor<Context>(
  { user, key, skip, ...options }: CachedAppOptions,
  headerOf: (context: Context) => HeaderOf,
): CacheResponseOptions<Context> {
  return {
    ...options,
    ...(user && { user: (context: Context) => user(headerOf(context)) }),
    ...(key && { key: (context: Context) => key(headerOf(context)) }),
    ...(skip && { skip: (context: Context) => skip(headerOf(context)) }),
  }
}
