import type { HttpExchange } from '@redstart/core/http'
import type { Request } from 'express'
import type { ResponseHeaders } from './response-headers.ts'

/** A request of Express, of which nothing is computed before it is asked for. */
export class ExpressExchange implements HttpExchange {
  readonly #request: Request
  readonly #headers: ResponseHeaders

  constructor(request: Request, headers: ResponseHeaders) {
    this.#request = request
    this.#headers = headers
  }

  get method(): string {
    return this.#request.method
  }

  /** As it came: `req.url` loses the part that a router is mounted at. */
  get target(): string {
    return this.#request.originalUrl
  }

  /** What `req.host` is in Express 5; in Express 4 that has no port. */
  get host(): string | undefined {
    const request = this.#request
    const forwarded = request.get('x-forwarded-host')
    if (forwarded === undefined || !trustsItsPeer(request)) return request.get('host')
    return forwarded.split(',', 1)[0]?.trim()
  }

  get secure(): boolean {
    return this.#request.secure
  }

  get address(): string | undefined {
    return this.#request.ip
  }

  header(name: string): string | undefined {
    const value = this.#request.headers[name.toLowerCase()]
    return Array.isArray(value) ? value.join(', ') : value
  }

  setHeader(name: string, value: string): void {
    this.#headers.give({ name, value, replaces: true })
  }

  appendHeader(name: string, value: string): void {
    this.#headers.give({ name, value, replaces: false })
  }
}

/** As the setting `trust proxy` says of who sent the request: what Express asks itself for `req.hostname`. */
function trustsItsPeer(request: Request): boolean {
  const trusts: unknown = request.app.get('trust proxy fn')
  return typeof trusts === 'function' && Reflect.apply(trusts, undefined, [request.socket.remoteAddress, 0]) === true
}
