import { Buffer } from 'node:buffer'
import { LRUCache } from 'lru-cache'
import type { OpenedPayload } from '../wire/seal.ts'
import { decodeText } from '../wire/text.ts'

/** What was sealed, and what it opened to. */
interface Opened {
  readonly bytes: Uint8Array
  readonly payload: OpenedPayload
}

/**
 * What was opened last, by the place that it was sealed for: most requests find what the one before them found. The same
 * bytes in the same place open to the same payload, whoever brought them there; any others are opened by themselves.
 */
export class OpenedPayloads {
  readonly #opened = new LRUCache<string, Opened>({
    maxSize: MOST_BYTES,
    sizeCalculation: ({ bytes }, place) => 3 * bytes.length + 2 * place.length + OVERHEAD,
  })

  get(place: string, bytes: Uint8Array): OpenedPayload | undefined {
    const known = this.#opened.get(place)
    return known !== undefined && Buffer.compare(known.bytes, bytes) === 0 ? known.payload : undefined
  }

  /** Keeps what bytes have opened to, and gives it back; undefined, for what does not open, is not kept. */
  keep(place: string, bytes: Uint8Array, payload: OpenedPayload | undefined): OpenedPayload | undefined {
    // A copy: a reply of Redis may be a view of a much larger buffer.
    if (payload === undefined) return undefined
    const read = payload.codec === 'bytes' ? payload : { ...payload, text: decodeText(payload.payload) }
    this.#opened.set(place, { bytes: new Uint8Array(bytes), payload: read })
    return read
  }
}

const MOST_BYTES = 8 * 1024 * 1024
/** Of two objects and a slot. */
const OVERHEAD = 200
