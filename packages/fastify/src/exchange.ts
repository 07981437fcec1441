import { type HeaderMap, type KeptHeaders, NodeExchange } from '@redstart/core/node-http'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** A request as Fastify sees it. */
export class FastifyExchange extends NodeExchange {
  readonly #request: FastifyRequest

  constructor(request: FastifyRequest, reply: FastifyReply) {
    super(request.raw, reply.raw, new ReplyHeaders(reply))
    this.#request = request
  }

  /** As it came: `request.url` is what `rewriteUrl` made of it. */
  get target(): string {
    return this.#request.originalUrl
  }

  get host(): string | undefined {
    const host: string | undefined = this.#request.host
    // Fastify calls it '' where a client of HTTP/1.0 has sent none.
    return host === '' ? undefined : host
  }

  get secure(): boolean {
    return this.#request.protocol === 'https'
  }

  get address(): string | undefined {
    return this.quietly(() => this.#request.ip)
  }

  protected override get parsed(): object {
    return this.#request
  }
}

/** Fastify keeps the headers of a reply, and what is on the response gives way to them when the head is written. */
class ReplyHeaders implements KeptHeaders {
  readonly #reply: FastifyReply

  constructor(reply: FastifyReply) {
    this.#reply = reply
  }

  all(): HeaderMap {
    return this.#reply.getHeaders()
  }

  set(name: string, value: string): void {
    this.#reply.removeHeader(name).header(name, value)
  }

  append(name: string, value: string): void {
    const there = this.#reply.getHeader(name)
    const before = there === undefined ? [] : Array.isArray(there) ? there : [String(there)]
    // Fastify adds to cookies by itself, but not to those that are on the response.
    this.#reply.removeHeader(name).header(name, [...before, value])
  }

  remove(name: string): void {
    this.#reply.removeHeader(name).raw.removeHeader(name)
  }
}
