import { type Buffer, isUtf8 } from 'node:buffer'
import type { DecodedEntry, EntryFault } from './entry.ts'
import {
  CACHE_ENTRY,
  codecOf,
  compressionOf,
  ENTRY_OFFSETS,
  MAGIC,
  NO_COMPRESSION,
  NO_PROTECTION,
  VERSION,
} from './layout.ts'
import { asBuffer } from './text.ts'

/**
 * Reads an entry without copying or inflating its payload. Never throws; bytes that are no entry are told apart by their
 * reason, and whether the payload can be read is for its compression and its codec to say.
 */
export function decodeEntry(bytes: Uint8Array): DecodedEntry {
  const codec = codecOf((bytes[2] ?? 0) & 0x0f)
  const fault = envelopeFault(bytes, codec !== undefined)
  if (fault !== undefined || codec === undefined) return FAULTS[fault ?? 'unsupported']
  const buffer = asBuffer(bytes)
  const clock = readUint64(buffer, ENTRY_OFFSETS.clock)
  const loaded = readUint64(buffer, ENTRY_OFFSETS.loaded)
  const freshUntil = readUint64(buffer, ENTRY_OFFSETS.freshUntil)
  const staleUntil = readUint64(buffer, ENTRY_OFFSETS.staleUntil)
  const sound = clock <= LARGEST && loaded <= LARGEST && freshUntil <= staleUntil && staleUntil <= LARGEST
  const names: string[] = []
  const start = sound ? readNames(buffer, names) : undefined
  if (start === undefined) return FAULTS.damaged
  const generation = readGeneration(buffer)
  const cost = buffer.readUInt32BE(ENTRY_OFFSETS.cost)
  const shape = buffer.readUInt32BE(ENTRY_OFFSETS.shape)
  const algorithm = compressionOf((bytes[2] ?? 0) >> 4)
  if (algorithm === undefined) {
    const payload = bytes.subarray(start)
    const entry = { generation, clock, loaded, freshUntil, staleUntil, cost, shape, names, codec, payload }
    return { ok: true, entry }
  }
  const length = start + LENGTH_BYTES <= buffer.length ? buffer.readUInt32BE(start) : 0
  if (length === 0) return FAULTS.damaged
  const payload = bytes.subarray(start + LENGTH_BYTES)
  const fields = { generation, clock, loaded, freshUntil, staleUntil, cost, shape, names, codec, payload }
  return { ok: true, entry: { ...fields, compression: { algorithm, length } } }
}

/** Of the inflated length, in front of a compressed stream. */
const LENGTH_BYTES = 4

const LARGEST = Number.MAX_SAFE_INTEGER

/** Made once: foreign and damaged bytes may come in floods. */
const FAULTS: Readonly<Record<EntryFault, DecodedEntry>> = {
  foreign: Object.freeze({ ok: false, reason: 'foreign' }),
  version: Object.freeze({ ok: false, reason: 'version' }),
  unsupported: Object.freeze({ ok: false, reason: 'unsupported' }),
  damaged: Object.freeze({ ok: false, reason: 'damaged' }),
}

function envelopeFault(bytes: Uint8Array, knownCodec: boolean): EntryFault | undefined {
  if (bytes[0] !== MAGIC) return 'foreign'
  if (bytes.length > 1 && bytes[1] !== VERSION) return 'version'
  if (bytes.length < 4) return 'damaged'
  const compression = (bytes[2] ?? 0) >> 4
  if (!knownCodec) return 'unsupported'
  if (compression !== NO_COMPRESSION && compressionOf(compression) === undefined) return 'unsupported'
  if (bytes[3] !== ((CACHE_ENTRY << 4) | NO_PROTECTION)) return 'unsupported'
  return bytes.length < ENTRY_OFFSETS.names ? 'damaged' : undefined
}

/** The one that was read last, as its words and as text: almost every entry has it. */
const last = { words: new Uint32Array(4), text: '00'.repeat(16) }

function readGeneration(buffer: Buffer): string {
  const { words } = last
  let same = true
  for (let n = 0; n < words.length; n++) {
    const word = buffer.readUInt32BE(ENTRY_OFFSETS.generation + 4 * n)
    if (words[n] === word) continue
    words[n] = word
    same = false
  }
  if (!same) last.text = buffer.toString('hex', ENTRY_OFFSETS.generation, ENTRY_OFFSETS.clock)
  return last.text
}

/** Above 2^53 - 1 the result is rounded, and still above. */
function readUint64(buffer: Buffer, offset: number): number {
  return buffer.readUInt32BE(offset) * 0x1_0000_0000 + buffer.readUInt32BE(offset + 4)
}

/** Adds the names to `names`. Returns where the payload begins, or undefined when a name is cut, empty or not UTF-8. */
function readNames(buffer: Buffer, names: string[]): number | undefined {
  let at: number = ENTRY_OFFSETS.names
  for (let left = buffer.readUInt16BE(ENTRY_OFFSETS.nameCount); left > 0; left--) {
    const from = at + 2
    if (from > buffer.length) return undefined
    at = from + buffer.readUInt16BE(from - 2)
    if (at > buffer.length || at === from) return undefined
    const name = buffer.toString('utf8', from, at)
    if (name.includes(REPLACEMENT) && !isUtf8(buffer.subarray(from, at))) return undefined
    names.push(name)
  }
  return at
}

/** What a decoder writes in place of bytes that are not UTF-8; it may also stand in a name by right. */
const REPLACEMENT = '\ufffd'
