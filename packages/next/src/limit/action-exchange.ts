import type { HttpExchange } from '@redstart/core/http'
import type { Connection, Sender } from '../client-address/connection.ts'

/** A call of a server action, as limits see it. */
export interface ActionCall<Args extends readonly unknown[] = readonly unknown[]> {
  /** What the action is called with. */
  readonly args: Args
  /** A header of the request that called it. */
  header(name: string): string | undefined
}

/** The request of a server action. Of its answer, which Next.js makes, there are no headers to be given. */
export class ActionExchange implements HttpExchange, Sender {
  readonly request: ActionCall
  readonly again: undefined
  readonly method = 'POST'
  /** Actions have no path of their own. */
  readonly target = '/'
  readonly #connection: Connection

  constructor(call: ActionCall, connection: Connection) {
    this.request = call
    this.#connection = connection
  }

  get url(): string {
    return `${this.header('x-forwarded-proto') === 'https' ? 'https' : 'http'}://${this.header('host') ?? ''}/`
  }

  get host(): string | undefined {
    return this.#connection.host(this)
  }

  get secure(): boolean {
    return this.#connection.isSecure(this)
  }

  get address(): string | undefined {
    return this.#connection.address(this)
  }

  get peer(): string | undefined {
    return this.#connection.peer()
  }

  header(name: string): string | undefined {
    return this.request.header(name)
  }

  watchHeaders(): () => void {
    return () => {}
  }

  setRequestHeader(): void {}
  setHeader(): void {}
  appendHeader(): void {}
  removeHeader(): void {}
}
