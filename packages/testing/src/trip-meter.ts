import { RespParser } from './resp.ts'

/** What one command is owed. */
interface Owed {
  /** Confirmations that come as messages, one for each channel; 0 for a command with an ordinary reply. */
  confirmations: number
}

const SUBSCRIBING = /^[ps]?(?:un)?subscribe$/i
const MESSAGE = /^[ps]?message$/i

/** Follows both directions of one connection, and says when a round trip begins. */
export class TripMeter {
  readonly #onTrip: () => void
  readonly #requests = new RespParser()
  readonly #replies = new RespParser()
  readonly #owed: Owed[] = []

  constructor(onTrip: () => void) {
    this.#onTrip = onTrip
  }

  /** Bytes that the client sends. */
  sent(chunk: Uint8Array): void {
    // The rest of a command that began earlier belongs to the trip in which it began.
    if (this.#owed.length === 0 && !this.#requests.partial) this.#onTrip()
    for (const { value } of this.#requests.push(chunk)) this.#owed.push(owedTo(value))
  }

  /** Bytes that Redis sends. */
  received(chunk: Uint8Array): void {
    for (const { kind, value } of this.#replies.push(chunk)) {
      const first: unknown = Array.isArray(value) ? value[0] : undefined
      const word = typeof first === 'string' ? first : ''
      if (SUBSCRIBING.test(word) && this.#owed[0] !== undefined && this.#owed[0].confirmations > 0) this.#confirm()
      else if (kind !== 'push' && !this.#isMessage(word)) this.#owed.shift()
    }
  }

  #confirm(): void {
    const owed = this.#owed[0]
    if (owed === undefined) return
    owed.confirmations -= 1
    if (owed.confirmations === 0) this.#owed.shift()
  }

  /** In RESP 2 a message is an array like any other; one that comes while nothing is owed changes nothing anyway. */
  #isMessage(word: string): boolean {
    return MESSAGE.test(word) && (this.#owed[0] === undefined || this.#owed[0].confirmations > 0)
  }
}

/** A command without channels is confirmed once: the rest is more than the client waits for. */
function owedTo(command: unknown): Owed {
  const words: readonly unknown[] = Array.isArray(command) ? command : []
  const subscribing = typeof words[0] === 'string' && SUBSCRIBING.test(words[0])
  return { confirmations: subscribing ? Math.max(1, words.length - 1) : 0 }
}
