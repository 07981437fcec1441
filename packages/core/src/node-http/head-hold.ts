import type { ServerResponse } from 'node:http'
import { below, type Below } from './below.ts'
import { applyHead, type HeadArguments } from './head-arguments.ts'
import { isPromise } from '../http/after.ts'
import { beginAsSent, endAsSent, stopAsSent } from './as-sent.ts'
import { drainOf } from './drain.ts'
import { HeldCalls } from './held-calls.ts'
import { hasNoBody } from './no-body.ts'
import { Replaced } from './replaced.ts'
import type { ResponseHeaders } from './response-headers.ts'
import { type Settling, tell, type Verdict } from '../http/settling.ts'
import { Tee } from './tee.ts'
import { behaveAsSent, type Held, tooLate } from './while-held.ts'
import { byteLength, readEnd, readWrite, type WriteArguments, type Written } from './written.ts'

export interface HoldOptions {
  /** Bytes that may be written while the head is held, beyond the first call. */
  readonly limit: number
  readonly headers: ResponseHeaders
  readonly settling: Settling
  /** Told what cannot be told to anybody else. */
  readonly failed: (error: unknown) => void
}

/**
 * Has policies settle before the head of a response leaves: its `writeHead`, `write`, `end` and `flushHeaders` are held
 * from the first one on until that is done, and then made as they were asked for. `writeContinue`, `writeProcessing` and
 * `writeEarlyHints` pass at any time; trailers leave with `end`.
 *
 * What is put on the response stays there: middleware that came later has put its own on top, and calls it.
 */
export function holdHead(response: ServerResponse, options: HoldOptions): void {
  const hold = new HeadHold(response, options)
  // Made before they are put there: what is written right where it is assigned to a property V8 takes for what lives long,
  // and keeps everything of this request with it until the next collection of all garbage.
  function writeHead(...given: HeadArguments): ServerResponse {
    hold.writeHead(given)
    return response
  }
  function write(...given: WriteArguments): boolean {
    return hold.write(given)
  }
  function end(...given: WriteArguments): ServerResponse {
    hold.end(given)
    return response
  }
  function flushHeaders(): void {
    hold.flushHeaders()
  }
  Object.assign(response, { writeHead, write, end, flushHeaders })
}

class HeadHold implements Held {
  readonly #response: ServerResponse
  readonly #options: HoldOptions
  readonly #below: Below
  readonly #calls: HeldCalls
  readonly #drain: () => void
  /** Nothing was written; the policies settle; the answer leaves; another answer has left in its place. */
  #state: 'open' | 'held' | 'passing' | 'replaced' = 'open'
  #tee: Tee | undefined
  #replaced: Replaced | undefined
  /** The handler's first call is `end`, with all there is. */
  #isWhole = false
  /** Below, `end` is at work: that of HTTP/2, and of what tests inject requests with, calls `write` in turn. */
  #ending = false

  constructor(response: ServerResponse, options: HoldOptions) {
    this.#response = response
    this.#options = options
    this.#below = below(response)
    this.#drain = drainOf(response)
    this.#calls = new HeldCalls({ highWaterMark: response.writableHighWaterMark, limit: options.limit })
  }

  get isHeld(): boolean {
    return this.#state === 'held' || this.#replaced?.isHeadHeld === true
  }

  get isEnded(): boolean {
    return this.#calls.ended
  }

  get isGiving(): boolean {
    return this.#options.headers.giving
  }

  writeHead(given: HeadArguments): void {
    const [status, second] = given
    if (this.#state === 'open' && status >= 100 && status <= 999) {
      applyHead(this.#response, given)
      this.#begin()
    } else if (this.#state === 'held') {
      // A second one, but for what middleware does that looks for the head in a private property.
      if (second !== undefined || status !== this.#response.statusCode) throw tooLate('write')
    } else if (this.#state !== 'replaced') {
      // Here Node.js throws what is wrong: a head that was sent, or a status that there is not.
      this.#below.writeHead(status, typeof second === 'string' ? second : undefined)
    }
  }

  write(given: WriteArguments): boolean {
    if (this.#ending || (this.#state === 'passing' && this.#tee === undefined)) return this.#below.write(given)
    const written = readWrite(given)
    if (this.#state === 'open') this.#beginWith(undefined)
    if (this.#state === 'held') return this.#calls.write(given, written)
    if (this.#replaced !== undefined) return this.#replaced.write(written)
    const goOn = this.#below.write(given)
    this.#tee?.write(written)
    return goOn
  }

  end(given: WriteArguments): void {
    if (this.#state === 'passing' && this.#tee === undefined) return this.#below.end(given)
    const written = readEnd(given)
    if (this.#state === 'open') {
      this.#isWhole = true
      this.#beginWith(written)
    }
    if (this.#state === 'held') {
      this.#calls.end(given, written)
      endAsSent(this.#response)
    } else if (this.#replaced !== undefined) this.#replaced.end(written)
    else {
      this.#endBelow(given)
      this.#tee?.end(written)
    }
  }

  flushHeaders(): void {
    if (this.#state === 'open') this.#beginWith(undefined)
    if (this.#state === 'held') this.#calls.flush()
    else if (this.#state === 'passing') this.#below.flushHeaders()
  }

  /** The head without `writeHead`. Whoever waits for one above this hold gets it first: compression, other cookies. */
  #beginWith(whole: Written | undefined): void {
    if (whole !== undefined) this.#sayLength(whole)
    this.#response.writeHead(this.#response.statusCode)
    if (this.#state === 'open') this.writeHead([this.#response.statusCode])
  }

  /** As Node.js does for a body of one piece, when the head is not yet written. */
  #sayLength(whole: Written): void {
    const response = this.#response
    const others = ['content-length', 'transfer-encoding', 'trailer'].some((name) => response.hasHeader(name))
    if (others || !response.useChunkedEncodingByDefault || hasNoBody(response.req.method, response.statusCode)) return
    response.setHeader('Content-Length', byteLength(whole))
  }

  #begin(): void {
    // Kept, since a handler may change them while it is too late.
    const { statusCode } = this.#response
    const statusMessage = hasMessage(this.#response) ? this.#response.statusMessage : ''
    this.#state = 'held'
    const verdict = this.#options.settling.settle(statusCode)
    if (!isPromise(verdict)) return this.#release(verdict, statusCode, statusMessage)
    if (!beginAsSent(this.#response)) behaveAsSent(this.#response, this)
    verdict
      .then((given) => this.#release(given, statusCode, statusMessage))
      .catch((error: unknown) => {
        tell(this.#options.failed, error)
        this.#response.destroy(error instanceof Error ? error : undefined)
      })
  }

  #release(verdict: Verdict, status: number, message: string | undefined): void {
    stopAsSent(this.#response)
    const leaving = this.#calls.tooMany ? this.#options.settling.tooMuch() : verdict
    const { captures, replacement } = leaving
    const length = this.#response.getHeader('content-length')
    const teed = {
      captures,
      status: replacement?.status ?? status,
      length: length === undefined ? undefined : Number(length),
    }
    this.#tee = captures.length === 0 ? undefined : new Tee(this.#response, teed)
    if (replacement === undefined) this.#pass(status, message)
    else this.#replace(replacement, leaving)
  }

  #pass(status: number, message: string | undefined): void {
    this.#state = 'passing'
    this.#below.writeHead(status, message)
    const drained = this.#calls.replay(this)
    if (drained) this.#response.emit('drain')
  }

  #replace(reply: NonNullable<Verdict['replacement']>, { hidden }: Verdict): void {
    const response = this.#response
    this.#state = 'replaced'
    response.statusCode = reply.status
    if (hasMessage(response)) response.statusMessage = ''
    this.#replaced = new Replaced({
      response,
      reply,
      hidden,
      tee: this.#tee,
      below: this.#below,
      drain: this.#drain,
      held: this,
      endBelow: (given) => this.#endBelow(given),
    })
    this.#replaced.leave(this.#isWhole || this.#calls.ended)
    const drained = hidden === undefined ? this.#calls.drop() : this.#calls.replay(this)
    if (drained) this.#drain()
  }

  #endBelow(given: WriteArguments): void {
    this.#ending = true
    try {
      this.#below.end(given)
    } finally {
      this.#ending = false
    }
  }
}

/** HTTP/2 has none, and Node.js warns of who so much as looks at it. */
function hasMessage({ req }: ServerResponse): boolean {
  return req.httpVersionMajor < 2
}
