import type { Clock } from '../clock.ts'

/** Keys that one generation of counts holds. */
const MOST_KEYS = 10_000
/** How long a generation counts before the next one begins. */
const GENERATION_MS = 600_000

/**
 * How often paths were asked for lately. Two generations of counts: when the younger one is full or old, the older one is
 * forgotten. Paths are told apart by a hash: two that share one are counted together, which admits a little early.
 */
export class Admission {
  readonly #clock: Clock
  #young = new Map<number, number>()
  #old: ReadonlyMap<number, number> = new Map()
  #begun: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#begun = clock.now()
  }

  asked(path: string): void {
    this.#age()
    const hash = hashOf(path)
    this.#young.set(hash, (this.#young.get(hash) ?? 0) + 1)
  }

  hits(path: string): number {
    this.#age()
    const hash = hashOf(path)
    return (this.#young.get(hash) ?? 0) + (this.#old.get(hash) ?? 0)
  }

  #age(): void {
    const age = this.#clock.now() - this.#begun
    if (this.#young.size < MOST_KEYS && age < GENERATION_MS) return
    this.#old = age < 2 * GENERATION_MS ? this.#young : new Map()
    this.#young = new Map()
    this.#begun = this.#clock.now()
  }
}

/** FNV-1a, 32 bits, over UTF-16 units. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash >>> 0
}
