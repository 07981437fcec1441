/**
 * A map of what was used lately, bounded: half of it leaves at a time, what was used longest ago. A map from which the oldest
 * is deleted one by one gets slow, since V8 walks over the holes.
 */
export class Lately<Value> {
  #young = new Map<string, Value>()
  #old = new Map<string, Value>()
  readonly #half: number

  /** @param most what is kept at most; at least half of that is. */
  constructor(most: number) {
    this.#half = Math.max(1, Math.ceil(most / 2))
  }

  get(key: string): Value | undefined {
    const young = this.#young.get(key)
    if (young !== undefined) return young
    const old = this.#old.get(key)
    if (old !== undefined) this.set(key, old)
    return old
  }

  set(key: string, value: Value): void {
    if (this.#young.size >= this.#half && !this.#young.has(key)) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(key, value)
  }

  delete(key: string): void {
    this.#young.delete(key)
    this.#old.delete(key)
  }
}
