import { byteLength, type WriteArguments, type Written } from './written.ts'

/** Who gets the calls in the end. */
export interface Receiver {
  write(given: WriteArguments): boolean
  end(given: WriteArguments): void
  flushHeaders(): void
}

export interface HeldCallsOptions {
  /**
   * Bytes from which on the writer is asked to wait. The response's own: a stream of middleware in front of the hold has
   * the same one, so it will tell by itself when the writer may go on, to listeners that it may have taken for itself.
   */
  readonly highWaterMark: number
  /** Bytes beyond the first call that are held. */
  readonly limit: number
}

interface HeldCall {
  readonly name: 'write' | 'end' | 'flushHeaders'
  readonly given: WriteArguments
  readonly callback: (() => void) | undefined
}

/** What a handler wrote while its head was held. */
export class HeldCalls {
  readonly #options: HeldCallsOptions
  #calls: HeldCall[] = []
  #bytes = 0
  #firstBytes: number | undefined
  #ended = false

  constructor(options: HeldCallsOptions) {
    this.#options = options
  }

  /** `end` was called. */
  get ended(): boolean {
    return this.#ended
  }

  /** More was written than is held: nothing is any more. */
  get tooMany(): boolean {
    return this.#bytes - (this.#firstBytes ?? 0) > this.#options.limit
  }

  /** False asks the writer to wait for `drain`. */
  write(given: WriteArguments, written: Written): boolean {
    this.#keep('write', given, written)
    return !this.#isFull
  }

  end(given: WriteArguments, written: Written): void {
    this.#keep('end', given, written)
    this.#ended = true
  }

  flush(): void {
    this.#calls.push({ name: 'flushHeaders', given: [], callback: undefined })
  }

  /** Makes the calls. True where a writer waits and nobody else will tell it to go on. */
  replay(receiver: Receiver): boolean {
    let flowing = true
    const calls = this.#calls
    this.#calls = []
    for (const { name, given } of calls) {
      if (name === 'write') flowing = receiver.write(given) && flowing
      else if (name === 'end') receiver.end(given)
      else receiver.flushHeaders()
    }
    return flowing && this.#isFull && !this.#ended
  }

  /** Makes none of them. True where a writer waits. */
  drop(): boolean {
    for (const { callback } of this.#calls) if (callback !== undefined) process.nextTick(callback)
    this.#calls = []
    return this.#isFull && !this.#ended
  }

  get #isFull(): boolean {
    return this.#bytes >= this.#options.highWaterMark
  }

  #keep(name: 'write' | 'end', given: WriteArguments, written: Written): void {
    const bytes = byteLength(written)
    this.#firstBytes ??= bytes
    this.#bytes += bytes
    this.#calls.push({ name, given, callback: written.callback })
    if (this.tooMany) this.drop()
  }
}
