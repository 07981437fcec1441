import { NodeExchange } from '@redstart/core/node-http'
import type { Request, Response } from 'express'

/** A request as Express sees it. */
export class ExpressExchange extends NodeExchange {
  readonly #request: Request

  constructor(request: Request, response: Response) {
    super(request, response)
    this.#request = request
  }

  /** As it came: `req.url` loses the part that a router is mounted at. */
  get target(): string {
    return this.#request.originalUrl
  }

  /** What `req.host` is in Express 5; in Express 4 that has no port. */
  get host(): string | undefined {
    const forwarded = this.header('x-forwarded-host')
    if (forwarded === undefined || !trustsItsPeer(this.#request)) return this.request.headers.host
    return forwarded.split(',', 1)[0]?.trim()
  }

  get secure(): boolean {
    return this.#request.secure
  }

  get address(): string | undefined {
    return this.quietly(() => this.#request.ip)
  }

  protected override get asksForAddress(): object {
    return this.#request
  }
}

/** As the setting `trust proxy` says of who sent the request: what Express asks itself for `req.hostname`. */
function trustsItsPeer(request: Request): boolean {
  const trusts: unknown = request.app.get('trust proxy fn')
  return typeof trusts === 'function' && Reflect.apply(trusts, undefined, [request.socket.remoteAddress, 0]) === true
}
