import { Buffer } from 'node:buffer'
import { invalidArgument } from '../errors.ts'
import type { WireEntry } from './entry.ts'
import {
  CACHE_ENTRY,
  codecNumber,
  compressionNumber,
  ENTRY_OFFSETS,
  MAGIC,
  NO_COMPRESSION,
  NO_PROTECTION,
  VERSION,
} from './layout.ts'

/**
 * The bytes of an entry, nobody else's. A fraction of an instant, of the cost or of the shape is cut off.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for an entry that no reader would take: a generation that is not 32
 * lower-case hexadecimal digits, a clock or an instant outside 0 to 2^53 - 1, `staleUntil` before `freshUntil`, a
 * shape or an inflated length above 2^32 - 1, more than 65535 names, or a name that is empty, above 65535 bytes or not
 * well-formed.
 */
export function encodeEntry(entry: WireEntry): Uint8Array {
  check(entry)
  const { names, compression, payload } = entry
  const lengthBytes = compression === undefined ? 0 : 4
  const bytes = Buffer.allocUnsafeSlow(ENTRY_OFFSETS.names + namesLength(names) + lengthBytes + payload.length)
  writeHeader(bytes, entry)
  const end = writeNames(bytes, names)
  if (compression !== undefined) bytes.writeUInt32BE(compression.length, end)
  bytes.set(payload, end + lengthBytes)
  return bytes
}

const MOST = 0xffff
const LARGEST_CLOCK = Number.MAX_SAFE_INTEGER
const LARGEST_COUNT = 0xffff_ffff
const GENERATION = /^[0-9a-f]{32}$/
/** Half a surrogate pair, which UTF-8 cannot hold. */
const HALF_PAIR = /\p{Surrogate}/u

function check(entry: WireEntry): void {
  const { generation, clock, loaded, freshUntil, staleUntil, shape, cost, names, compression } = entry
  if (!GENERATION.test(generation)) throw invalidArgument('generation', generation, '32 lower-case hexadecimal digits')
  within('clock', clock, LARGEST_CLOCK)
  within('loaded', loaded, LARGEST_CLOCK)
  within('freshUntil', freshUntil, LARGEST_CLOCK)
  within('staleUntil', staleUntil, LARGEST_CLOCK)
  if (staleUntil < freshUntil)
    throw invalidArgument('staleUntil', staleUntil, `an instant not before freshUntil, ${freshUntil}`)
  within('shape', shape, LARGEST_COUNT)
  within('cost', cost, Number.POSITIVE_INFINITY)
  if (compression !== undefined) within('the inflated length', compression.length, LARGEST_COUNT, 1)
  if (names.length > MOST) throw invalidArgument('the number of names', names.length, `at most ${MOST}`)
}

function within(what: string, value: number, most: number, least = 0): void {
  if (!(value >= least && value <= most)) throw invalidArgument(what, value, `a number of ${least} to ${most}`)
}

function namesLength(names: readonly string[]): number {
  let length = 2 * names.length
  for (const name of names) {
    const size = Buffer.byteLength(name, 'utf8')
    if (size === 0 || size > MOST || HALF_PAIR.test(name)) {
      throw invalidArgument('a name', name, `well-formed text of 1 to ${MOST} bytes`)
    }
    length += size
  }
  return length
}

function writeHeader(bytes: Buffer, entry: WireEntry): void {
  bytes[0] = MAGIC
  bytes[1] = VERSION
  const { compression } = entry
  const number = compression === undefined ? NO_COMPRESSION : compressionNumber(compression.algorithm)
  bytes[2] = (number << 4) | codecNumber(entry.codec)
  bytes[3] = (CACHE_ENTRY << 4) | NO_PROTECTION
  bytes.write(entry.generation, ENTRY_OFFSETS.generation, 16, 'hex')
  writeUint64(bytes, ENTRY_OFFSETS.clock, entry.clock)
  writeUint64(bytes, ENTRY_OFFSETS.loaded, entry.loaded)
  writeUint64(bytes, ENTRY_OFFSETS.freshUntil, entry.freshUntil)
  writeUint64(bytes, ENTRY_OFFSETS.staleUntil, entry.staleUntil)
  bytes.writeUInt32BE(Math.min(Math.floor(entry.cost), LARGEST_COUNT), ENTRY_OFFSETS.cost)
  bytes.writeUInt32BE(Math.floor(entry.shape), ENTRY_OFFSETS.shape)
  bytes.writeUInt16BE(entry.names.length, ENTRY_OFFSETS.nameCount)
}

function writeUint64(bytes: Buffer, offset: number, value: number): void {
  const whole = Math.floor(value)
  bytes.writeUInt32BE(Math.floor(whole / 0x1_0000_0000), offset)
  bytes.writeUInt32BE(whole % 0x1_0000_0000, offset + 4)
}

/** @returns where the payload begins. */
function writeNames(bytes: Buffer, names: readonly string[]): number {
  let at: number = ENTRY_OFFSETS.names
  for (const name of names) {
    const size = bytes.write(name, at + 2, 'utf8')
    bytes.writeUInt16BE(size, at)
    at += 2 + size
  }
  return at
}
