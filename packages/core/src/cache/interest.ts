/** Who waits for a flight. When the last one has left, nobody needs it. */
export class Interest {
  readonly #abandoned: () => void
  #waiting = 0
  #held = false

  /** @param whenAbandoned is called once, when the last of at least one has left. */
  constructor(whenAbandoned: () => void) {
    this.#abandoned = whenAbandoned
  }

  /** One more that may leave: call what it returns, once. */
  join(): () => void {
    this.#waiting++
    return () => {
      this.#waiting--
      if (this.#waiting > 0 || this.#held) return
      this.#held = true
      this.#abandoned()
    }
  }

  /** Somebody who never leaves. */
  hold(): void {
    this.#held = true
  }
}
