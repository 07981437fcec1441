import type { HeaderList, HttpPolicy, ResponseHead } from '@redstart/core/http'

/** An adapter of a web framework, as the suite sees it. */
export interface HttpAdapter {
  /** Makes the app in the framework, as its people would write it, and has it listen on 127.0.0.1. */
  start(app: HttpApp): Promise<StartedHttpApp>
  /** The answer to a thrown error passes the policies as well: it does in Express and Fastify. */
  readonly settlesErrors: boolean
  /** The server under the framework says how long bodies are that are there as a whole. @default true */
  readonly sendsLengths?: boolean
  /**
   * What the server under the framework does not serve, whatever an adapter does: requests that are sent before the one
   * before is answered, or those of HTTP/1.0 without a `Host`. The suite expects then that no handler answers them.
   *
   * @default nothing
   */
  readonly refuses?: readonly ('requests sent ahead' | 'requests without a host')[]
}

export interface StartedHttpApp {
  readonly port: number
  /** Where the app cannot run in this process; it is made there by `openHttpApp` then, and the one given here is not used. */
  readonly elsewhere?: HttpAppElsewhere
  /** Ends the server and its connections. */
  close(): Promise<void>
}

/** An app in another process, as the suite asks it for what it did. */
export interface HttpAppElsewhere {
  /** @param known the captures whose bodies were told before, by their place in the list. */
  report(known: readonly number[]): Promise<HttpAppReport>
  /** Lets the second event go. */
  sendSecondEvent(): Promise<void>
}

/** What handlers and policies did so far; can be sent as JSON. */
export interface HttpAppReport {
  readonly streamed: number
  readonly streamEnded: boolean
  readonly handled: readonly string[]
  readonly captured: readonly {
    readonly target: string
    readonly head: ResponseHead
    /** In base64, once it has ended. */
    readonly body?: string | undefined
    readonly outcome: 'finished' | 'aborted' | undefined
    readonly calls: number
  }[]
}

/** What an adapter makes an app of. */
export interface HttpApp {
  /** Comes first; its state is what handlers are given. */
  readonly visitors: HttpPolicy<Visitor>
  /** Come after it, in this order. */
  readonly others: readonly HttpPolicy<undefined>[]
  readonly routes: readonly HttpRoute[]
}

/** The state of one request. */
export interface Visitor {
  /** The cookie `visitor`. */
  readonly name: string | undefined
  /** What the policy was told of the request. */
  readonly facts: Readonly<Record<string, string | boolean | undefined>>
  /** Written by handlers, sent as a header by the policy. */
  note: string | undefined
}

/** GET routes answer HEAD as well. What a handler throws goes to the framework. */
export interface HttpRoute {
  readonly method: 'GET' | 'POST'
  /** Without parameters. */
  readonly path: string
  /**
   * @param body of the request, as text; empty for GET.
   * @param header of the request by its name in lower case, as the framework has it for handlers.
   */
  handle(visitor: Visitor, body: string, header: HeaderOf): Promise<HttpAnswer>
}

export type HeaderOf = (name: string) => string | undefined

/** What a handler answers, to be said in the framework's own words: `res.json`, `ctx.body =`, `return c.redirect`. */
export type HttpAnswer = { readonly headers?: HeaderList } & (
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'redirect'; readonly to: string }
  | { readonly kind: 'empty'; readonly status: 204 | 304 }
  /** The framework's own way to send a file. */
  | { readonly kind: 'file'; readonly path: string }
  /** Each piece leaves when it is there, and none is asked for before there is room; ends early when the client goes. */
  | { readonly kind: 'stream'; readonly type: string; readonly body: AsyncIterable<Uint8Array> }
  /** Writes the first piece, and then the handler throws. */
  | { readonly kind: 'torn'; readonly type: string; readonly first: Uint8Array; readonly error: Error }
)
