import { Buffer } from 'node:buffer'
import type { ServerResponse } from 'node:http'
import type { Capture } from '../http/exchange.ts'
import { hasNoBody } from './no-body.ts'
import type { Chunk, Written } from './written.ts'

/** Shows captures the body that a response sends. */
export class Tee {
  readonly #response: ServerResponse
  /** What the head says of the length. */
  readonly #expected: number | undefined
  readonly #hasBody: boolean
  #captures: readonly Capture[]
  #length = 0

  /** @param status that leaves; the other headers are on the response already. */
  constructor(response: ServerResponse, captures: readonly Capture[], status: number) {
    this.#response = response
    this.#captures = captures
    this.#hasBody = !hasNoBody(response.req.method, status)
    const length = response.getHeader('content-length')
    this.#expected = length === undefined || !this.#hasBody ? undefined : Number(length)
    if (response.destroyed) this.#abort()
    else response.once('close', () => this.#abort())
  }

  write({ chunk, encoding }: Written): void {
    if (!this.#hasBody || chunk === undefined || this.#captures.length === 0) return
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : bytesOf(chunk)
    this.#length += bytes.length
    this.#captures = this.#captures.filter((capture) => show(capture, bytes))
  }

  end(last: Written): void {
    this.write(last)
    if (this.#expected !== undefined && this.#expected !== this.#length) return this.#abort()
    const left = this.#captures
    this.#captures = []
    for (const capture of left) attempt(() => capture.finish())
  }

  #abort(): void {
    const reason = this.#response.errored ?? new Error('The answer ended before its body was complete')
    const left = this.#captures
    this.#captures = []
    for (const capture of left) abort(capture, reason)
  }
}

/** Tells a capture that there will be no whole body. */
export function abort(capture: Capture, reason: unknown): void {
  attempt(() => capture.abort(reason))
}

/** True unless the capture failed, and is told no more. */
function show(capture: Capture, bytes: Uint8Array): boolean {
  const shown = attempt(() => capture.write(bytes))
  if (!shown) abort(capture, new Error('The capture itself failed'))
  return shown
}

/** A capture that throws harms itself, not the answer. */
function attempt(call: () => void): boolean {
  try {
    call()
    return true
  } catch {
    return false
  }
}

function bytesOf(chunk: Exclude<Chunk, string>): Uint8Array {
  return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength)
}
