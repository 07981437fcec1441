/** Magic, version, kinds, generation and clock: all that the compare-and-set looks at. */
const HEADER = 28
const GENERATION = 4
const CLOCK = 20

/**
 * The clock of a cache entry of the given generation. Undefined for another generation's, and for bytes that are no
 * cache entry of this layout.
 */
export function clockOf(bytes: Uint8Array, generation: string): number | undefined {
  if (!isEntry(bytes)) return undefined
  const header = Buffer.from(bytes.buffer, bytes.byteOffset, HEADER)
  if (header.toString('hex', GENERATION, CLOCK) !== generation) return undefined
  return header.readUInt32BE(CLOCK) * 2 ** 32 + header.readUInt32BE(CLOCK + 4)
}

/** Magic 0xC1, version 1, and in the high half of byte 3 the metadata kind 1 (docs/wire-format.md). */
function isEntry(bytes: Uint8Array): boolean {
  return bytes.length >= HEADER && bytes[0] === 0xc1 && bytes[1] === 1 && (bytes[3] ?? 0) >> 4 === 1
}
