import { Buffer } from 'node:buffer'
import type { ServerResponse } from 'node:http'
import { BodyCaptures } from '../http/body-captures.ts'
import type { Capture } from '../http/exchange.ts'
import { hasNoBody } from './no-body.ts'
import type { Chunk, Written } from './written.ts'

export interface Teed {
  readonly captures: readonly Capture[]
  readonly status: number
  /** What the head says of the length of the body. */
  readonly length: number | undefined
}

/** Shows captures the body that a handler writes to a response, whether it leaves or not. */
export class Tee {
  readonly #response: ServerResponse
  readonly #hasBody: boolean
  readonly #captures: BodyCaptures

  constructor(response: ServerResponse, { captures, status, length }: Teed) {
    this.#response = response
    this.#hasBody = !hasNoBody(response.req.method, status)
    this.#captures = new BodyCaptures(captures, this.#hasBody ? length : undefined)
    if (response.destroyed) this.#abort()
    else response.once('close', () => this.#abort())
  }

  write({ chunk, encoding }: Written): void {
    if (!this.#hasBody || chunk === undefined || !this.#captures.open) return
    this.#captures.write(typeof chunk === 'string' ? Buffer.from(chunk, encoding) : bytesOf(chunk))
  }

  end(last: Written): void {
    this.write(last)
    void this.#captures.end()
  }

  #abort(): void {
    // As a rule all has left, and an error that nobody is told of is made for nothing.
    if (!this.#captures.open) return
    void this.#captures.abort(this.#response.errored ?? new Error('The answer ended before its body was complete'))
  }
}

function bytesOf(chunk: Exclude<Chunk, string>): Uint8Array {
  return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength)
}
