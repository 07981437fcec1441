import { Buffer } from 'node:buffer'
import type { ServerResponse } from 'node:http'
import { BodyCaptures } from '../http/body-captures.ts'
import type { Capture } from '../http/exchange.ts'
import { hasNoBody } from './no-body.ts'
import type { Chunk, Written } from './written.ts'

/** Shows captures the body that a response sends. */
export class Tee {
  readonly #response: ServerResponse
  readonly #hasBody: boolean
  readonly #captures: BodyCaptures

  /** @param status that leaves; the other headers are on the response already. */
  constructor(response: ServerResponse, captures: readonly Capture[], status: number) {
    this.#response = response
    this.#hasBody = !hasNoBody(response.req.method, status)
    const length = response.getHeader('content-length')
    this.#captures = new BodyCaptures(captures, length === undefined || !this.#hasBody ? undefined : Number(length))
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
    void this.#captures.abort(this.#response.errored ?? new Error('The answer ended before its body was complete'))
  }
}

function bytesOf(chunk: Exclude<Chunk, string>): Uint8Array {
  return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength)
}
