import type { Clock } from '../clock.ts'
import type { Breaker } from './breaker.ts'
import type { Connection } from './connection.ts'
import { closed, isReply, Redirected, stalled, timedOut } from './failure.ts'
import type { Send } from './servers.ts'

/** A call that waited less says nothing of the server: its caller was in a hurry. */
const LEAST_TELLING_MS = 25

/** Makes calls to one server: none waits longer than its timeout, and while the breaker is open none is made. */
export class Calls {
  readonly #clock: Clock
  readonly #breaker: Breaker

  constructor(clock: Clock, breaker: Breaker) {
    this.#clock = clock
    this.#breaker = breaker
  }

  /** Sends on a connection once it is open, and waits no longer than `timeout` for all of it. */
  make<T>(connection: Connection, timeout: number, send: Send<T>, many?: boolean): Promise<T> {
    const breaker = this.#breaker
    if (breaker.state !== 'closed') return Promise.reject(connection.isClosed ? closed() : stalled(connection.trouble))
    const startedAt = this.#clock.now()
    return new Promise((resolve, reject) => {
      let waiting = true
      const wanted = (): boolean => waiting
      const heard = connection.heard
      const giveUp = (): void => {
        if (!waiting) return
        waiting = false
        connection.missed(heard)
        if (timeout >= LEAST_TELLING_MS) breaker.failed(startedAt)
        reject(timedOut(timeout))
      }
      const start = async (): Promise<T> => {
        await connection.opened()
        if (!waiting) throw timedOut(timeout)
        return send(connection.client, wanted, false)
      }
      const failed = (error: unknown): void => {
        connection.owed -= 1
        if (isReply(error) || error instanceof Redirected) {
          connection.heard += 1
          breaker.succeeded()
        } else if (waiting) breaker.failed(startedAt)
        waiting = false
        cancel()
        reject(connection.explain(error))
      }
      const sent = connection.isOpen ? connection.send(send, wanted, many) : start()
      connection.owed += 1
      // A busy event loop runs its timers before it reads what has come in meanwhile: let it read once.
      const cancel = this.#clock.schedule(timeout, () => setImmediate(giveUp))
      // Not awaited: this is the path of every hit, and an async function more would cost it.
      void sent.then((value) => {
        connection.owed -= 1
        connection.heard += 1
        breaker.succeeded()
        waiting = false
        cancel()
        return resolve(value)
      }, failed)
    })
  }
}

/** Waits no longer than `timeout`; knows of no breaker. */
export function within<T>(clock: Clock, timeout: number, act: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.schedule(timeout, () => reject(timedOut(timeout)))
    void act().then(resolve, reject).finally(cancel)
  })
}
