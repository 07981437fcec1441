import { DEEPEST_VALUE } from './codec.ts'
import { asBuffer } from './text.ts'

/**
 * What a payload is as MessagePack. `damaged` - cut, too long, or no MessagePack at all; `strange` - whole, with something
 * that is not written here: an extension, a whole number beyond 2^53 - 1, or more levels than values may have.
 */
export type Scanned = { readonly kind: 'sound'; readonly binary: boolean } | { readonly kind: 'damaged' | 'strange' }

const DAMAGED: Scanned = { kind: 'damaged' }
const STRANGE: Scanned = { kind: 'strange' }

/** Looks over a payload without allocating by its lengths: all items that it claims must have room in the bytes left. */
export function scanMessage(payload: Uint8Array): Scanned {
  const buffer = asBuffer(payload)
  const end = buffer.length
  /** Items to come of each container that is open, the innermost last. */
  const open = [1]
  let claimed = 1
  let at = 0
  let binary = false
  let strange = false
  while (claimed > 0) {
    if (at >= end) return DAMAGED
    const head = headAt(buffer, at)
    if (head === undefined) return DAMAGED
    at += head.size
    claimed += head.items - 1
    if (claimed > end - at) return DAMAGED
    binary ||= head.binary
    strange ||= head.strange
    open.push((open.pop() ?? 0) - 1)
    if (head.items > 0) open.push(head.items)
    while (open.at(-1) === 0) open.pop()
    if (open.length > DEEPEST_VALUE + 1) return STRANGE
  }
  if (at !== end) return DAMAGED
  return strange ? STRANGE : { kind: 'sound', binary }
}

/** One item: its bytes without those of the items in it, and how many these are. */
interface Head {
  readonly size: number
  readonly items: number
  readonly binary: boolean
  readonly strange: boolean
}

function headAt(buffer: Buffer, at: number): Head | undefined {
  const type = buffer[at] ?? NEVER_USED
  if (type <= 0x7f || type >= 0xe0 || type === 0xc0 || type === 0xc2 || type === 0xc3) return plain(1)
  if (type <= 0x8f) return plain(1, 2 * (type & 0x0f))
  if (type <= 0x9f) return plain(1, type & 0x0f)
  if (type <= 0xbf) return plain(1 + (type & 0x1f))
  if (type === NEVER_USED) return undefined
  if (type >= 0xca && type <= 0xd3) return numberAt(buffer, at, type)
  if (type >= 0xd4 && type <= 0xd8) return { ...plain(2 + (1 << (type - 0xd4))), strange: true }
  return lengthenedAt(buffer, at, type)
}

const NEVER_USED = 0xc1
const NUMBER_BYTES = [4, 8, 1, 2, 4, 8, 1, 2, 4, 8] as const

function numberAt(buffer: Buffer, at: number, type: number): Head | undefined {
  const size = 1 + (NUMBER_BYTES[type - 0xca] ?? 0)
  if (at + size > buffer.length) return undefined
  if (type === 0xcf) return { ...plain(size), strange: buffer.readUInt32BE(at + 1) > 0x1f_ffff }
  if (type !== 0xd3) return plain(size)
  const high = buffer.readInt32BE(at + 1)
  return { ...plain(size), strange: high > 0x1f_ffff || high < -0x20_0000 }
}

/** Bytes, extensions, strings, arrays and maps whose length stands in 1, 2 or 4 bytes behind the type. */
const LENGTHENED: Readonly<Record<number, readonly [kind: 'bin' | 'ext' | 'str' | 'array' | 'map', width: 1 | 2 | 4]>> =
  {
    0xc4: ['bin', 1],
    0xc5: ['bin', 2],
    0xc6: ['bin', 4],
    0xc7: ['ext', 1],
    0xc8: ['ext', 2],
    0xc9: ['ext', 4],
    0xd9: ['str', 1],
    0xda: ['str', 2],
    0xdb: ['str', 4],
    0xdc: ['array', 2],
    0xdd: ['array', 4],
    0xde: ['map', 2],
    0xdf: ['map', 4],
  }

function lengthenedAt(buffer: Buffer, at: number, type: number): Head | undefined {
  const known = LENGTHENED[type]
  if (known === undefined) return undefined
  const [kind, width] = known
  if (at + 1 + width > buffer.length) return undefined
  const length = buffer.readUIntBE(at + 1, width)
  if (kind === 'array') return plain(1 + width, length)
  if (kind === 'map') return plain(1 + width, 2 * length)
  if (kind === 'ext') return { ...plain(2 + width + length), strange: true }
  return { ...plain(1 + width + length), binary: kind === 'bin' }
}

function plain(size: number, items = 0): Head {
  return { size, items, binary: false, strange: false }
}
