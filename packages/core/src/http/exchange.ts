/** A request as a policy sees it, whatever framework serves it, and the headers it gives the response until it settled. */
export interface HttpExchange {
  /** The same object for all that serves this request, whichever middleware asks, and no other request's. */
  readonly request: object
  /** In capitals: `GET`. */
  readonly method: string
  /** Path and query as the client sent them, nothing decoded or left out: `/dishes?page=2`. */
  readonly target: string
  /** Name and port as the client wrote them, a proxy's where the framework trusts it; undefined where none was sent. */
  readonly host: string | undefined
  /** It came over TLS, to this process or to a proxy that the framework trusts. */
  readonly secure: boolean
  /** The client's address as the framework was told to find it; never from a header that anybody may send. */
  readonly address: string | undefined
  /** The address of who has connected, whatever was sent: the client, or the nearest proxy; undefined where nobody knows. */
  readonly peer: string | undefined
  /** A header of the request, by its name in any case; several of one name are joined as RFC 9110 5.3 says. */
  header(name: string): string | undefined
  /**
   * Gives the request another header for whoever comes behind, or takes it away (undefined); {@link HttpExchange.header} of
   * any exchange of this request then says the same.
   */
  setRequestHeader(name: string, value: string | undefined): void
  /**
   * Tells which headers of the request are looked at by whoever comes behind, there or not: in lower case, maybe several
   * times; not those that policies look at.
   *
   * @returns how to stop, before which not all may have been told.
   */
  watchHeaders(read: (name: string) => void): () => void
  /** Gives the response a header in place of all others of that name. */
  setHeader(name: string, value: string): void
  /** Gives the response one more header of a name: `Set-Cookie` beside the handler's own. */
  appendHeader(name: string, value: string): void
  /** Takes a header away from the response, whoever gave it. Before policies settle there is only what came before them. */
  removeHeader(name: string): void
  /** Undefined where nobody can: an injected request, a runtime at the edge without `dispatch`. */
  readonly again: AnswerAgain | undefined
  /** Tells, at most once, that the client has gone before all of the answer had left. Left out where nobody learns of it. */
  onGone?(listener: () => void): void
}

/**
 * Has the application answer a request once more, from its very beginning and behind the client's back: same method,
 * target, headers (as they came) and address; no body; nothing of the answer leaves. Asked for while the request is
 * served, it may be called later. Resolves when that answer has ended, whatever it was, and never rejects.
 *
 * @param note is given the `request` of the new exchange before anything serves it.
 */
export type AnswerAgain = (note: (request: object) => void) => Promise<void>

/** Headers in order; a name may come more than once. */
export type HeaderList = readonly (readonly [name: string, value: string])[]

/** What is about to leave; the names in lower case. */
export interface ResponseHead {
  readonly status: number
  readonly headers: HeaderList
}

/** The same, as it is told to who settles. */
export interface LeavingHead extends ResponseHead {
  /** A header by its name in lower case; several of one name are joined as RFC 9110 5.3 says. */
  header(name: string): string | undefined
}

/** A whole answer, in place of the handler's; its length is the adapter's to say. */
export interface Reply extends ResponseHead {
  readonly body: Uint8Array | string | undefined
  /** Its length is among its headers, no name comes twice, and none is `Set-Cookie`: nobody has to look. @default false */
  readonly complete?: boolean
}

/** What one concern (sessions, limits, a cache) does around a handler. Whoever has nothing to wait for answers at once. */
export interface HttpPolicy<State> {
  readonly name: string
  /** Before the handler. A rejection is the framework's error. */
  decide(exchange: HttpExchange): Decision<State> | Promise<Decision<State>>
  /**
   * After the handler, before the head, which waits for it: once for each `next`, the last policy first, also when a later
   * policy replied or the handler failed. A rejection becomes a 500, of the store a 503, with nothing of the handler's.
   */
  settle?(exchange: HttpExchange, state: State, head: LeavingHead): Settlement | Promise<Settlement>
}

export interface Instead<Type extends string> {
  readonly type: Type
  readonly reply: Reply
}

export type Decision<State> = { readonly type: 'next'; readonly state: State } | Instead<'reply'>

/** The answer leaves; or leaves and is captured; or another takes its place, with the headers that policies gave. */
export type Settlement = undefined | { readonly type: 'capture'; readonly capture: Capture } | Replacement

export interface Replacement extends Instead<'replace'> {
  /**
   * Is shown the body of the answer whose place is taken, nonetheless: a 304 leaves while the whole answer is kept. All of it
   * is asked of the handler then; what other policies captured of it goes on as well.
   */
  readonly capture?: Capture
}

/**
 * Is shown the body as it leaves, and copies what it keeps; HEAD, 204 and 304 have none. In the end, one of two: what that
 * takes time for is a promise that does not reject, for runtimes that stop with the answer what nobody waits for.
 */
export interface Capture {
  /** Calls what reads the body where an adapter does: what makes a piece when it is asked for belongs to the handler as well. */
  readonly within?: <T>(read: () => T) => T
  /** Left out by whoever waits for the end alone, which costs less. */
  write?(chunk: Uint8Array): void
  finish(): void | Promise<void>
  /** It is not whole: the client went, the handler failed, or the length is not what the head said. */
  abort(reason: unknown): void | Promise<void>
}
