import type { Capture } from './exchange.ts'

/** Shows captures the body of an answer as it leaves. */
export class BodyCaptures {
  /** What the head says of the length; undefined where it says nothing, or where there is no body. */
  readonly #expected: number | undefined
  #captures: readonly Capture[]
  #length = 0

  constructor(captures: readonly Capture[], expected: number | undefined) {
    this.#captures = captures
    this.#expected = expected
  }

  /** False when nobody looks any more. */
  get open(): boolean {
    return this.#captures.length > 0
  }

  /** Calls what reads the next piece. */
  within<T>(read: () => T): T {
    return this.#captures.reduceRight<() => T>((inner, { within }) => (within ? () => within(inner) : inner), read)()
  }

  write(bytes: Uint8Array): void {
    this.#length += bytes.length
    this.#captures = this.#captures.filter((capture) => show(capture, bytes))
  }

  /** All of the body has left. @returns what captures still do, unless that is nothing. */
  end(): Promise<void> | undefined {
    if (this.#expected !== undefined && this.#expected !== this.#length)
      return this.abort(new Error('The answer ended before its body was complete'))
    return this.#tell((capture) => capture.finish())
  }

  /** There will be no more of it. Nothing happens after the end. @returns as {@link BodyCaptures.end} does. */
  abort(reason: unknown): Promise<void> | undefined {
    return this.#tell((capture) => capture.abort(reason))
  }

  #tell(how: (capture: Capture) => void | Promise<void>): Promise<void> | undefined {
    const left = this.#captures
    this.#captures = []
    const works = left.map((capture) => attempt(() => how(capture))).filter((work) => work !== undefined)
    return works.length === 0 ? undefined : Promise.all(works).then(() => undefined)
  }
}

/** Tells a capture that there will be no whole body. */
export function abortCapture(capture: Capture, reason: unknown): void {
  void attempt(() => capture.abort(reason))
}

/** True unless the capture failed, and is told no more. */
function show(capture: Capture, bytes: Uint8Array): boolean {
  try {
    capture.write?.(bytes)
    return true
  } catch {
    abortCapture(capture, new Error('The capture itself failed'))
    return false
  }
}

/** A capture that fails harms itself, not the answer. */
function attempt(call: () => void | Promise<void>): Promise<void> | undefined {
  try {
    return call()?.catch(() => undefined)
  } catch {
    return undefined
  }
}
