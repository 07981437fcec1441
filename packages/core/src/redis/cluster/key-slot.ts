/** How many slots the keys of a Redis Cluster are spread over. */
export const SLOTS = 16_384

/**
 * The slot of a key: CRC-16/XMODEM of what stands between its first '{' and the next '}', where that is not empty, else
 * of all of it (the specification of Redis Cluster). `cluster-key-slot` takes a later pair of braces behind an empty one.
 */
export function keySlot(key: string): number {
  const bytes = Buffer.from(key)
  const open = bytes.indexOf(OPEN)
  const close = open === -1 ? -1 : bytes.indexOf(CLOSE, open + 1)
  const tagged = close > open + 1
  return crc16(bytes, tagged ? open + 1 : 0, tagged ? close : bytes.length) % SLOTS
}

const OPEN = 0x7b
const CLOSE = 0x7d

function crc16(bytes: Uint8Array, first: number, end: number): number {
  let crc = 0
  for (let i = first; i < end; i += 1) {
    crc = ((crc << 8) & 0xffff) ^ (TABLE[((crc >> 8) ^ (bytes[i] ?? 0)) & 0xff] ?? 0)
  }
  return crc
}

const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1
  return crc
})
