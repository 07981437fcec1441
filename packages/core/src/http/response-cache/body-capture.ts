import { Buffer } from 'node:buffer'
import type { Capture } from '../exchange.ts'

/** Bytes of bodies that this process holds at a time while they are captured. */
const MOST_HELD = 128 * 1024 * 1024
let held = 0

/** What becomes of a captured body. */
export interface BodyTaken {
  readonly limit: number
  /** Around whatever makes more of it. */
  readonly within: NonNullable<Capture['within']>
  /** All of it is there. */
  readonly whole: (body: Uint8Array) => void | Promise<void>
  /** It is more than may be stored, or than there is room for; it leaves all the same. */
  readonly tooLarge: () => void
  /** It broke off. */
  readonly broken: () => void
}

/** Copies a body as it leaves: whoever writes it may use its memory again. */
export class BodyCapture implements Capture {
  readonly #taken: BodyTaken
  readonly within: NonNullable<Capture['within']>
  #chunks: Uint8Array[] = []
  #length = 0
  #over = false

  constructor(taken: BodyTaken) {
    this.#taken = taken
    this.within = taken.within
  }

  write(chunk: Uint8Array): void {
    if (this.#over) return
    this.#length += chunk.length
    held += chunk.length
    if (this.#length > this.#taken.limit || held > MOST_HELD) {
      this.#drop()
      this.#taken.tooLarge()
    } else this.#chunks.push(chunk.slice())
  }

  finish(): void | Promise<void> {
    if (this.#over) return undefined
    const [first, ...others] = this.#chunks
    const body = others.length === 0 ? (first ?? NOTHING) : Buffer.concat(this.#chunks, this.#length)
    this.#drop()
    return this.#taken.whole(body)
  }

  abort(): void {
    if (this.#over) return
    this.#drop()
    this.#taken.broken()
  }

  #drop(): void {
    this.#over = true
    held -= this.#length
    this.#chunks = []
  }
}

const NOTHING = new Uint8Array(0)
