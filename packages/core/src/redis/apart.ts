import type { Clock } from '../clock.ts'
import type { Breaker } from './breaker.ts'
import { within } from './calls.ts'
import type { Connection } from './connection.ts'
import { closed, stalled } from './failure.ts'
import type { Send } from './servers.ts'

/**
 * One more connection to a server, opened at the first use, for commands that wait: on it they hold up nobody else. How
 * long they take says nothing of the server, so that the breaker is asked and not told.
 */
export class Apart {
  readonly #clock: Clock
  readonly #breaker: Breaker
  readonly #connect: () => Connection
  #connection: Connection | undefined
  #closed = false

  constructor(clock: Clock, breaker: Breaker, connect: () => Connection) {
    this.#clock = clock
    this.#breaker = breaker
    this.#connect = connect
  }

  async call<T>(timeout: number, send: Send<T>): Promise<T> {
    if (this.#closed) throw closed()
    const connection = (this.#connection ??= this.#connect())
    if (this.#breaker.state !== 'closed') throw stalled(connection.trouble)
    let waiting = true
    const act = async (): Promise<T> => {
      await connection.opened()
      return await send(connection.client, () => waiting, false)
    }
    try {
      return await within(this.#clock, timeout, act)
    } catch (error) {
      throw connection.explain(error)
    } finally {
      waiting = false
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#connection?.close()
  }
}
