import { Buffer } from 'node:buffer'
import { LRUCache } from 'lru-cache'
import type { OpenedPayload } from '../wire/seal.ts'
import { decodeText } from '../wire/text.ts'

/** What was sealed, and what it opened to. */
interface Opened {
  readonly bytes: Uint8Array
  readonly payload: OpenedPayload
}

/** What was sealed for a session: a field, by its name, or its core. */
export type Place = string | typeof CORE
/** No name of a field, whatever somebody may have put there. */
export const CORE: unique symbol = Symbol('core')

/** What was opened of one session, by the place that it was sealed for. */
interface OpenedOfSession {
  readonly places: Map<Place, Opened>
  readonly size: number
}

/**
 * What was opened last, by session and place: most requests find what the one before them found. The same bytes in the
 * same place open to the same payload, whoever brought them there; any others are opened by themselves.
 */
export class OpenedPayloads {
  readonly #sessions = new LRUCache<string, OpenedOfSession>({
    maxSize: MOST_BYTES,
    sizeCalculation: ({ size }) => size,
  })

  /** What is known of a session's places. */
  of(sid: string): ReadonlyMap<Place, Opened> | undefined {
    return this.#sessions.get(sid)?.places
  }

  /** Keeps what bytes have opened to, and gives it back; undefined, for what does not open, is not kept. */
  keep(sid: string, place: Place, bytes: Uint8Array, payload: OpenedPayload | undefined): OpenedPayload | undefined {
    if (payload === undefined) return undefined
    const read = readOf(payload)
    const { places, size } = this.#sessions.get(sid) ?? { places: new Map<Place, Opened>(), size: OVERHEAD }
    const before = places.get(place)
    // A copy: a reply of Redis may be a view of a much larger buffer.
    const opened = { bytes: new Uint8Array(bytes), payload: read }
    places.set(place, opened)
    const added = sizeOf(place, opened) - (before === undefined ? 0 : sizeOf(place, before))
    // Another object, or its size would not be counted anew.
    this.#sessions.set(sid, { places, size: size + added })
    return read
  }
}

/** What these bytes in a place are known to open to. */
export function knownPayload(
  places: ReadonlyMap<Place, Opened> | undefined,
  place: Place,
  bytes: Uint8Array,
): OpenedPayload | undefined {
  const known = places?.get(place)
  return known !== undefined && Buffer.compare(known.bytes, bytes) === 0 ? known.payload : undefined
}

const MOST_BYTES = 8 * 1024 * 1024
/** Of an object or two, and a slot. */
const OVERHEAD = 200

/** What is text is read once. */
function readOf(opened: OpenedPayload): OpenedPayload {
  const { codec, payload, text } = opened
  return codec === 'bytes' || text !== undefined ? opened : { codec, payload, text: decodeText(payload) }
}

function sizeOf(place: Place, { bytes }: Opened): number {
  return 3 * bytes.length + (place === CORE ? 0 : 2 * place.length) + OVERHEAD
}
