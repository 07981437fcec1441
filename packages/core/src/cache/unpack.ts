import {
  decodeEntry,
  type DecodedEntry,
  hasCompression,
  inflatePayload,
  isDamaged,
  type WireEntry,
} from '../wire/index.ts'
import { type Content, contentOf } from './entry.ts'
import type { Form } from './form.ts'

/**
 * What came of stored bytes. `foreign` is another program's JSON, where that is wanted. Of what cannot be used, `damaged`
 * is of no use to anybody, while other bytes may be another program's or another release's.
 */
export type Unpacked =
  | { readonly kind: 'entry'; readonly wire: WireEntry; readonly content: Content; readonly bytes: number }
  | { readonly kind: 'foreign'; readonly content: Content; readonly bytes: number }
  | { readonly kind: 'unusable'; readonly reason: 'foreign' | 'unreadable' | 'version'; readonly damaged: boolean }

/** Makes a value of stored bytes, as far as the form allows it. Waits only where much has to be inflated. */
export function unpack(bytes: Uint8Array, form: Form): Unpacked | Promise<Unpacked> {
  const decoded = decodeEntry(bytes)
  if (!decoded.ok) return noEntry(bytes, decoded.reason, form)
  const { entry: wire } = decoded
  // Before anything else is looked at: what lies there was made for somebody else.
  if (wire.shape !== form.shape) return OF_ANOTHER_VERSION
  const { compression, payload } = wire
  if ((compression?.length ?? payload.length) > form.maxValueBytes) return UNREADABLE
  if (compression === undefined) return entryOf(wire, payload)
  if (!hasCompression(compression.algorithm)) return UNREADABLE
  const inflated = inflatePayload(payload, compression)
  return inflated instanceof Promise ? inflated.then((whole) => entryOf(wire, whole)) : entryOf(wire, inflated)
}

const OF_ANOTHER_VERSION: Unpacked = { kind: 'unusable', reason: 'version', damaged: false }
const UNREADABLE: Unpacked = { kind: 'unusable', reason: 'unreadable', damaged: false }
const DAMAGED: Unpacked = { kind: 'unusable', reason: 'unreadable', damaged: true }
const FOREIGN: Unpacked = { kind: 'unusable', reason: 'foreign', damaged: false }

type Fault = Extract<DecodedEntry, { ok: false }>['reason']

function noEntry(bytes: Uint8Array, reason: Fault, form: Form): Unpacked {
  if (reason === 'damaged') return DAMAGED
  if (reason !== 'foreign') return UNREADABLE
  if (form.foreignTtl === undefined || bytes.length > form.maxValueBytes) return FOREIGN
  const content = contentOf('json', bytes)
  return content === undefined ? FOREIGN : { kind: 'foreign', content, bytes: bytes.length }
}

function entryOf(wire: WireEntry, payload: Uint8Array | undefined): Unpacked {
  if (payload === undefined) return DAMAGED
  const content = contentOf(wire.codec, payload)
  if (content !== undefined) return { kind: 'entry', wire, content, bytes: payload.length }
  return isDamaged(wire.codec, payload) ? DAMAGED : UNREADABLE
}
