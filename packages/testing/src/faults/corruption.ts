import type { StreamFaults } from './faults.ts'

/** Replaces bytes of a stream, however it is cut into pieces: a piece goes in, and comes out with the same length. */
export type Corruption = (bytes: Buffer) => Buffer

/** A corruption that begins to count with the first byte it gets. */
export function corruption(spec: NonNullable<StreamFaults['corrupt']>, random: () => number): Corruption {
  const gap = 'every' in spec ? () => spec.every : () => geometric(spec.probability, random())
  let ahead = gap()
  return (bytes) => {
    const out = Buffer.from(bytes)
    let at = ahead - 1
    for (; at < out.length; at += gap()) out.writeUInt8(out.readUInt8(at) ^ (1 + Math.floor(random() * 255)), at)
    ahead = at + 1 - out.length
    return out
  }
}

/** How many bytes it takes until the first of them is hit, each with this probability. */
function geometric(probability: number, drawn: number): number {
  if (probability === 1) return 1
  return 1 + Math.floor(Math.log(1 - drawn) / Math.log(1 - probability))
}
