import {
  type AnswerAgain,
  type FetchHeaders,
  type HttpExchange,
  quietly,
  targetOfRequest,
  watchFetchRequest,
} from '@redstart/core/http'
import { arrivalHere } from '../client-address/arrivals.ts'
import type { Connection, Sender } from '../client-address/connection.ts'
import { noteChange } from './came.ts'
import { watchJar } from './watch-jar.ts'

export interface RouteExchangeParts {
  readonly connection: Connection
  /** Of the answer. */
  readonly headers: FetchHeaders
  readonly again: AnswerAgain
}

/** A request as a route of Next.js sees it. Nothing is computed before it is asked for. */
export class RouteExchange implements HttpExchange, Sender {
  readonly request: Request
  readonly again: AnswerAgain
  readonly #connection: Connection
  readonly #headers: FetchHeaders

  constructor(request: Request, { connection, headers, again }: RouteExchangeParts) {
    this.request = request
    this.again = again
    this.#connection = connection
    this.#headers = headers
  }

  get url(): string {
    return this.request.url
  }

  /** Of HEAD as well, which Next.js answers by the handlers of GET. */
  get method(): string {
    return this.request.method
  }

  /** As the Fetch standard writes it: `.` and `..` are resolved by then, which routes see as well. */
  get target(): string {
    return targetOfRequest(this.request)
  }

  get host(): string | undefined {
    return this.#connection.host(this)
  }

  get secure(): boolean {
    return this.#connection.isSecure(this)
  }

  get address(): string | undefined {
    return this.#connection.address(this)
  }

  get peer(): string | undefined {
    return this.#connection.peer()
  }

  header(name: string): string | undefined {
    const arrival = name === 'x-forwarded-proto' ? arrivalHere() : undefined
    // Next.js writes it itself where nobody has sent it.
    if (arrival !== undefined) return arrival.proto
    return quietly(() => headerOf(this.request.headers, name)) ?? undefined
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

  /** Next.js makes the headers of each request itself, and `headers()` gives handlers the same. */
  setRequestHeader(name: string, value: string | undefined): void {
    quietly(() => {
      const { headers } = this.request
      noteChange(this.request, headers)
      if (value === undefined) headers.delete(name)
      else headers.set(name, value)
    })
  }

  watchHeaders(read: (name: string) => void): () => void {
    const stop = watchFetchRequest(this.request, read)
    const stopCookies = watchCookies(this.request, read)
    const stopJar = watchJar(read)
    return () => {
      stop()
      stopCookies()
      stopJar()
    }
  }

  onGone(listener: () => void): void {
    this.request.signal.addEventListener('abort', listener, { once: true })
  }
}

/** Next.js adds `X-Forwarded-Host` where nobody has sent it, which then says nothing. */
function headerOf(headers: Headers, name: string): string | null {
  const value = headers.get(name)
  return value !== null && name.toLowerCase() === 'x-forwarded-host' && value === headers.get('host') ? null : value
}

/** `request.cookies` of Next.js has read the header before anybody could watch. */
function watchCookies(request: Request, read: (name: string) => void): () => void {
  if (!('cookies' in request)) return () => {}
  const { cookies } = request
  const get = (): unknown => {
    read('cookie')
    return cookies
  }
  Object.defineProperty(request, 'cookies', { get, configurable: true })
  return () => void Reflect.deleteProperty(request, 'cookies')
}
