import { Buffer } from 'node:buffer'

/** Bytes that no compression makes less of, the same ones each time: by xorshift32 (Marsaglia, 2003). */
export function noise(length: number): Buffer {
  const words = new Uint32Array(Math.ceil(length / 4))
  let word = 2463534242
  for (let n = 0; n < words.length; n++) {
    word ^= word << 13
    word ^= word >>> 17
    word ^= word << 5
    words[n] = word
  }
  return Buffer.from(words.buffer, 0, length)
}
