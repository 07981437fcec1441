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

  write(bytes: Uint8Array): void {
    this.#length += bytes.length
    this.#captures = this.#captures.filter((capture) => show(capture, bytes))
  }

  /** All of the body has left. */
  end(): void {
    if (this.#expected !== undefined && this.#expected !== this.#length)
      return this.abort(new Error('The answer ended before its body was complete'))
    const left = this.#captures
    this.#captures = []
    for (const capture of left) attempt(() => capture.finish())
  }

  /** There will be no more of it. Nothing happens after the end. */
  abort(reason: unknown): void {
    const left = this.#captures
    this.#captures = []
    for (const capture of left) abortCapture(capture, reason)
  }
}

/** Tells a capture that there will be no whole body. */
export function abortCapture(capture: Capture, reason: unknown): void {
  attempt(() => capture.abort(reason))
}

/** True unless the capture failed, and is told no more. */
function show(capture: Capture, bytes: Uint8Array): boolean {
  const shown = attempt(() => capture.write(bytes))
  if (!shown) abortCapture(capture, new Error('The capture itself failed'))
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
