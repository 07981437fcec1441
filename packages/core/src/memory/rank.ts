/** Magic, version, kinds, generation and clock: all that the compare-and-set looks at. */
const HEADER = 28
const GENERATION = 4
const CLOCK = 20

/**
 * True when both are cache entries of one generation and the first has the higher clock. Bytes that are no cache entry
 * of this layout outrank nothing and are outranked by nothing.
 */
export function outranks(there: Uint8Array, incoming: Uint8Array): boolean {
  if (!isEntry(there) || !isEntry(incoming)) return false
  for (let at = GENERATION; at < CLOCK; at++) if (there[at] !== incoming[at]) return false
  for (let at = CLOCK; at < HEADER; at++) {
    const difference = (there[at] ?? 0) - (incoming[at] ?? 0)
    if (difference !== 0) return difference > 0
  }
  return false
}

/** Magic 0xC1, version 1, and in the high half of byte 3 the metadata kind 1 (docs/wire-format.md). */
function isEntry(bytes: Uint8Array): boolean {
  return bytes.length >= HEADER && bytes[0] === 0xc1 && bytes[1] === 1 && (bytes[3] ?? 0) >> 4 === 1
}
