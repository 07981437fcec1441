import {
  type AnswerAgain,
  type FetchHeaders,
  type HttpExchange,
  quietly,
  targetOfRequest,
  watchFetchRequest,
} from '@redstart/core/http'
import type { Context } from 'hono'
import { againFor, type Dispatch } from './again.ts'
import type { Connection } from './connection.ts'
import { requestOf, setRequestHeader } from './served-request.ts'

export interface HonoExchangeParts {
  readonly connection: Connection
  /** Of the answer. */
  readonly headers: FetchHeaders
  readonly dispatch: Dispatch | undefined
}

/** A request as Hono sees it. Nothing is computed before it is asked for. */
export class HonoExchange implements HttpExchange {
  readonly #context: Context
  readonly #connection: Connection
  readonly #headers: FetchHeaders
  readonly #dispatch: Dispatch | undefined

  constructor(context: Context, { connection, headers, dispatch }: HonoExchangeParts) {
    this.#context = context
    this.#connection = connection
    this.#headers = headers
    this.#dispatch = dispatch
  }

  get request(): object {
    return requestOf(this.#context)
  }

  /** Of HEAD as well, which Hono answers by the handlers of GET. */
  get method(): string {
    return this.#context.req.raw.method
  }

  /** As the Fetch standard writes it: `.` and `..` are resolved by then, which routes see as well. */
  get target(): string {
    return targetOfRequest(this.#context.req.raw)
  }

  get host(): string | undefined {
    return this.#connection.host(this.#context)
  }

  get secure(): boolean {
    return this.#connection.isSecure(this.#context)
  }

  get address(): string | undefined {
    return quietly(() => this.#connection.address(this.#context))
  }

  get peer(): string | undefined {
    return this.#connection.peer(this.#context)
  }

  header(name: string): string | undefined {
    return quietly(() => this.#context.req.raw.headers.get(name)) ?? undefined
  }

  setHeader(name: string, value: string): void {
    this.#headers.give({ name, value, replaces: true })
  }

  appendHeader(name: string, value: string): void {
    this.#headers.give({ name, value, replaces: false })
  }

  removeHeader(name: string): void {
    this.#headers.give({ name, value: undefined, replaces: true })
  }

  setRequestHeader(name: string, value: string | undefined): void {
    quietly(() => setRequestHeader(this.#context, name, value))
  }

  /** Of the Request as it is now: one that takes its place is watched no more. */
  watchHeaders(read: (name: string) => void): () => void {
    return watchFetchRequest(this.#context.req.raw, read)
  }

  get again(): AnswerAgain | undefined {
    return againFor(this.#context, this.#connection, this.#dispatch)
  }
}
