import type { ServerResponse } from 'node:http'
import type { Reply } from '../http/exchange.ts'
import { Nowhere } from '../http/nowhere.ts'
import type { HiddenBody } from '../http/settling.ts'
import type { Below } from './below.ts'
import { hasNoBody } from './no-body.ts'
import { Tee } from './tee.ts'
import { byteLength, readEnd, type WriteArguments, type Written } from './written.ts'

export interface ReplacedParts {
  readonly response: ServerResponse
  readonly below: Below
  /** Calls the `end` below. */
  readonly endBelow: (given: WriteArguments) => void
  readonly reply: Pick<Reply, 'status' | 'body'>
  /** Of the answer that leaves. */
  readonly tee: Tee | undefined
  readonly hidden: HiddenBody | undefined
}

/**
 * An answer that leaves in the place of the handler's. What the handler writes goes nowhere, and it must not wait for that;
 * or it goes to those alone who captured it: the answer leaves at once then too, but the response ends with the
 * handler, who would stop writing to one that has ended.
 */
export class Replaced {
  readonly #parts: ReplacedParts
  readonly #last: WriteArguments
  readonly #hidden: Tee | undefined
  readonly #nowhere: Nowhere
  /** What is left to do when the handler has ended. */
  #left: (() => void) | undefined
  #isHeadHeld = false
  #isOver = false

  /** @param isWhole the handler has ended, or is about to: nobody waits for anything. */
  constructor(parts: ReplacedParts, isWhole: boolean) {
    const { response, reply, hidden } = parts
    this.#parts = parts
    this.#last = hasNoBody(response.req.method, reply.status) ? [] : [reply.body]
    this.#nowhere = new Nowhere(response.writableHighWaterMark, () => response.emit('drain'))
    this.#hidden = hidden && new Tee(response, hidden)
    if (hidden === undefined || isWhole) this.#leave()
    else this.#begin()
  }

  /** The head could not leave yet. */
  get isHeadHeld(): boolean {
    return this.#isHeadHeld
  }

  /** False asks the handler to wait for `drain`. */
  write(written: Written): boolean {
    if (written.callback !== undefined) process.nextTick(written.callback)
    if (this.#hidden === undefined || this.#isOver) return true
    this.#hidden.write(written)
    return this.#nowhere.take(byteLength(written))
  }

  end(written: Written): void {
    if (written.callback !== undefined) process.nextTick(written.callback)
    if (this.#isOver) return
    this.#isOver = true
    this.#hidden?.end(written)
    this.#left?.()
  }

  #begin(): void {
    const { below, reply, response } = this.#parts
    const [body] = this.#last
    if (body !== undefined) {
      below.writeHead(reply.status, undefined)
      below.write(this.#last)
      this.#left = () => this.#end([])
    } else if (response.req.httpVersionMajor < 2) {
      below.writeHead(reply.status, undefined)
      below.flushHeaders()
      this.#left = () => this.#end([])
    } else {
      // Of HTTP/2, such a head ends the stream, and with it the handler.
      this.#isHeadHeld = true
      this.#left = () => this.#leave()
    }
  }

  #leave(): void {
    this.#isHeadHeld = false
    this.#parts.below.writeHead(this.#parts.reply.status, undefined)
    this.#end(this.#last)
  }

  #end(given: WriteArguments): void {
    this.#parts.endBelow(given)
    this.#parts.tee?.end(readEnd(this.#last))
  }
}
