/** How many slots the keys of a Redis Cluster are spread over. */
export const SLOTS = 16_384

/** The slot of a key: of what stands between its first '{' and the next '}', where that is not empty. */
export function keySlot(key: string | Uint8Array): number {
  const bytes = Buffer.from(key)
  const open = bytes.indexOf('{')
  const close = open === -1 ? -1 : bytes.indexOf('}', open + 1)
  return crc16(close > open + 1 ? bytes.subarray(open + 1, close) : bytes) % SLOTS
}

/** CRC-16/XMODEM, as the specification of Redis Cluster asks for. */
function crc16(bytes: Uint8Array): number {
  let crc = 0
  for (const byte of bytes) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff
  }
  return crc
}
