import type { ServerResponse } from 'node:http'
import type { Reply } from '../http/exchange.ts'
import { Nowhere } from '../http/nowhere.ts'
import type { HiddenBody } from '../http/settling.ts'
import { beginAsSent, stopAsSent } from './as-sent.ts'
import type { Below } from './below.ts'
import { hasNoBody } from './no-body.ts'
import { Tee } from './tee.ts'
import { behaveAsSent, type Held } from './while-held.ts'
import { byteLength, readEnd, type WriteArguments, type Written } from './written.ts'

export interface ReplacedParts {
  readonly response: ServerResponse
  readonly below: Below
  /** Calls the `end` below. */
  readonly endBelow: (given: WriteArguments) => void
  /** Tells the handler to go on. */
  readonly drain: () => void
  readonly reply: Pick<Reply, 'status' | 'body'>
  /** Of the answer that leaves. */
  readonly tee: Tee | undefined
  readonly hidden: HiddenBody | undefined
  /** What the response behaves by while its head is held. */
  readonly held: Held
}

/**
 * An answer that leaves in the place of the handler's. What the handler writes goes nowhere, and it must not wait for that;
 * or it goes to those alone who captured it: then the response ends with the handler, who would stop writing to one that has
 * ended. The answer does not wait for that, unless its client would take it for a reason to go: those of HTTP/2, whose
 * streams end for both sides, and those that want no other answer by this connection.
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

  constructor(parts: ReplacedParts) {
    const { response, reply, hidden, drain } = parts
    this.#parts = parts
    this.#last = hasNoBody(response.req.method, reply.status) ? [] : [reply.body]
    this.#nowhere = new Nowhere(response.writableHighWaterMark, drain)
    this.#hidden = hidden && new Tee(response, hidden)
  }

  /** @param isWhole the handler has ended, or is about to: nobody waits for anything. */
  leave(isWhole: boolean): void {
    const { response, hidden, held } = this.#parts
    if (hidden === undefined || isWhole) this.#leaveAtOnce()
    else if (response.req.httpVersionMajor < 2 && response.shouldKeepAlive) this.#leaveAhead()
    else {
      this.#isHeadHeld = true
      if (!beginAsSent(response)) behaveAsSent(response, held)
      this.#left = () => {
        stopAsSent(response)
        this.#isHeadHeld = false
        this.#leaveAtOnce()
      }
    }
  }

  /** To the handler it has left. */
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

  /** All of it but the end of the response. */
  #leaveAhead(): void {
    const { below, reply } = this.#parts
    const [body] = this.#last
    below.writeHead(reply.status, undefined)
    if (body === undefined) below.flushHeaders()
    else below.write(this.#last)
    this.#left = () => this.#end([])
  }

  #leaveAtOnce(): void {
    this.#parts.below.writeHead(this.#parts.reply.status, undefined)
    this.#end(this.#last)
  }

  #end(given: WriteArguments): void {
    this.#parts.endBelow(given)
    this.#parts.tee?.end(readEnd(this.#last))
  }
}
