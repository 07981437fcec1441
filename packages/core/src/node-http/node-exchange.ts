import type { IncomingMessage, ServerResponse } from 'node:http'
import { againByServer } from '../http/again/again-by-server.ts'
import type { AnswerAgain, HttpExchange } from '../http/exchange.ts'
import { quietly } from '../http/quietly.ts'
import { rawHeadersAsCame, setRequestHeader } from './request-headers.ts'
import { type KeptHeaders, ResponseHeaders } from './response-headers.ts'
import { watchHeaders } from './watch-headers.ts'

/** A request of Node.js, of which nothing is computed before it is asked for; what depends on proxies the framework knows. */
export abstract class NodeExchange implements HttpExchange {
  readonly headers: ResponseHeaders
  readonly request: IncomingMessage
  readonly #response: ServerResponse

  /** @param kept where the framework has headers until it writes the head. */
  constructor(request: IncomingMessage, response: ServerResponse, kept?: KeptHeaders) {
    this.request = request
    this.#response = response
    this.headers = new ResponseHeaders(response, kept)
  }

  abstract get target(): string
  abstract get host(): string | undefined
  abstract get secure(): boolean
  abstract get address(): string | undefined

  get peer(): string | undefined {
    return this.request.socket.remoteAddress
  }

  get method(): string {
    return this.request.method ?? 'GET'
  }

  header(name: string): string | undefined {
    return isAnyWatched ? quietly(() => this.#header(name)) : this.#header(name)
  }

  #header(name: string): string | undefined {
    const { headers } = this.request
    const value = headers[name]
    if (typeof value === 'string') return value
    return valueOf(value) ?? valueOf(headers[name.toLowerCase()])
  }

  /** Asks the framework for what it finds in headers. */
  protected quietly<T>(look: () => T): T {
    return isAnyWatched ? quietly(look) : look()
  }

  watchHeaders(read: (name: string) => void): () => void {
    isAnyWatched = true
    return watchHeaders(this.request, read, { parsed: this.parsed, asksForAddress: this.asksForAddress })
  }

  /** What has an `ip` for which it looks at headers also where it believes none. */
  protected get asksForAddress(): object | undefined {
    return undefined
  }

  /** Where middleware puts what it has parsed of a request. */
  protected get parsed(): object {
    return this.request
  }

  setHeader(name: string, value: string): void {
    this.headers.give({ name, value, replaces: true })
  }

  appendHeader(name: string, value: string): void {
    this.headers.give({ name, value, replaces: false })
  }

  removeHeader(name: string): void {
    this.headers.give({ name, value: undefined, replaces: true })
  }

  setRequestHeader(name: string, value: string | undefined): void {
    this.quietly(() => setRequestHeader(this.request, name, value))
  }

  onGone(listener: () => void): void {
    const response = this.#response
    response.once('close', () => {
      if (!response.writableFinished) listener()
    })
  }

  get again(): AnswerAgain | undefined {
    const { request, target } = this
    return this.quietly(() => againByServer({ request, target, rawHeaders: rawHeadersAsCame(request) }))
  }
}

/** In this process: few are, and what is not pays for no more than a look at this. */
let isAnyWatched = false

/** Of a name like `constructor` an object without that header has something as well. */
function valueOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  return Array.isArray(value) ? value.join(', ') : undefined
}
