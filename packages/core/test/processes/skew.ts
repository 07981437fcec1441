import type { Random } from '../checker/random.ts'

/** Wall clocks are minutes apart. */
const MOST = 600_000

/** Milliseconds by which a wall clock is wrong, early or late. */
export function anySkew(random: Random): number {
  return Math.round((random.next() - 0.5) * 2 * MOST)
}
