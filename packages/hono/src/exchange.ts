import type { HttpExchange } from '@redstart/core/http'
import type { Context } from 'hono'
import type { AnswerHeaders } from './answer-headers.ts'
import type { Connection } from './connection.ts'

/** A request as Hono sees it. Nothing is computed before it is asked for. */
export class HonoExchange implements HttpExchange {
  readonly #context: Context
  readonly #connection: Connection
  readonly #headers: AnswerHeaders

  constructor(context: Context, connection: Connection, headers: AnswerHeaders) {
    this.#context = context
    this.#connection = connection
    this.#headers = headers
  }

  /** Of HEAD as well, which Hono answers by the handlers of GET. */
  get method(): string {
    return this.#context.req.raw.method
  }

  /** As the Fetch standard writes it: `.` and `..` are resolved by then, which routes see as well. */
  get target(): string {
    const { url } = this.#context.req.raw
    // Bun has the path alone where a client of HTTP/1.0 named no host.
    const path = url.startsWith('/') ? 0 : url.indexOf('/', url.indexOf('://') + 3)
    const fragment = url.indexOf('#', path)
    return url.slice(path, fragment === -1 ? undefined : fragment)
  }

  get host(): string | undefined {
    return this.#connection.host(this.#context)
  }

  get secure(): boolean {
    return this.#connection.isSecure(this.#context)
  }

  get address(): string | undefined {
    return this.#connection.address(this.#context)
  }

  get peer(): string | undefined {
    return this.#connection.peer(this.#context)
  }

  header(name: string): string | undefined {
    return this.#context.req.raw.headers.get(name) ?? undefined
  }

  setHeader(name: string, value: string): void {
    this.#headers.give({ name, value, replaces: true })
  }

  appendHeader(name: string, value: string): void {
    this.#headers.give({ name, value, replaces: false })
  }
}
