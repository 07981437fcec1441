/**
 * A promise that knows whether anybody waits for it, by `await`, `then` or what calls that. One that nobody waits for does
 * not end the process when it is rejected.
 */
export class Watched<T> extends Promise<T> {
  #seen = false

  /** What is made of it is a plain promise. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise
  }

  get isSeen(): boolean {
    return this.#seen
  }

  /** Tells of its end, without counting as somebody who waits. */
  look(fulfilled: () => void, rejected: () => void): void {
    void super.then(fulfilled, rejected)
  }

  // oxlint-disable-next-line unicorn/no-thenable -- a promise has one
  override then<Result1 = T, Result2 = never>(
    onFulfilled?: ((value: T) => Result1 | PromiseLike<Result1>) | null,
    onRejected?: ((reason: unknown) => Result2 | PromiseLike<Result2>) | null,
  ): Promise<Result1 | Result2> {
    this.#seen = true
    return super.then(onFulfilled, onRejected)
  }
}
