import type { RedstartError } from '../errors.ts'

/** What calls wait at while a connection is made. */
export class Gate {
  readonly promise: Promise<void>
  #resolve: () => void = () => {}
  #reject: (error: RedstartError) => void = () => {}

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    // Nobody need be waiting.
    this.promise.catch(() => {})
  }

  pass(): void {
    this.#resolve()
  }

  fail(error: RedstartError): void {
    this.#reject(error)
  }
}
