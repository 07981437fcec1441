/** Takes bytes that go nowhere, and has who writes them leave others a turn now and then. */
export class Nowhere {
  readonly #highWaterMark: number
  readonly #drained: () => void
  #bytes = 0

  /**
   * @param highWaterMark bytes from which on the writer is asked to wait.
   * @param drained tells it that it may go on.
   */
  constructor(highWaterMark: number, drained: () => void) {
    this.#highWaterMark = highWaterMark
    this.#drained = drained
  }

  get isFull(): boolean {
    return this.#bytes >= this.#highWaterMark
  }

  /** False asks the writer to wait. */
  take(bytes: number): boolean {
    const wasFull = this.isFull
    this.#bytes += bytes
    if (this.isFull && !wasFull) setImmediate(() => this.#empty())
    return !this.isFull
  }

  #empty(): void {
    this.#bytes = 0
    this.#drained()
  }
}
