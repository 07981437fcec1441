import { NodeExchange } from '@redstart/core/node-http'
import type { Context } from 'koa'

/** A request as Koa sees it: what it makes of a proxy, with `app.proxy`, and nothing else. */
export class KoaExchange extends NodeExchange {
  readonly #ctx: Context

  constructor(ctx: Context) {
    super(ctx.req, ctx.res)
    this.#ctx = ctx
  }

  /** As it came: `ctx.url` loses the part that an app is mounted at. */
  get target(): string {
    return this.#ctx.originalUrl
  }

  get host(): string | undefined {
    const { app, req } = this.#ctx
    const { host } = req.headers
    // What Koa makes of the header of a client alone, which it takes apart for each request.
    if (!app.proxy && req.httpVersionMajor < 2 && host !== undefined && !host.includes(',')) return host || undefined
    return this.#ctx.host || undefined
  }

  get secure(): boolean {
    return this.#ctx.secure
  }

  get address(): string | undefined {
    return this.quietly(() => this.#ctx.ip) || undefined
  }

  protected override get asksForAddress(): object {
    return this.#ctx.request
  }
}
