import type { Cancel, Clock } from '../../clock.ts'
import { announce } from '../scripts.ts'
import type { Servers } from '../servers.ts'

/** Milliseconds between two questions, and for each. */
const EVERY_MS = 2000

/**
 * Keeps the connection up on which an app's channel is heard, for as long as somebody listens: nothing else may ever be
 * asked of it. What is asked is redirected by whoever is not the view's master any more.
 */
export class Listening {
  readonly #servers: Servers
  readonly #clock: Clock
  readonly #viewKey: string
  #next: Cancel | undefined

  constructor(servers: Servers, clock: Clock, viewKey: string) {
    this.#servers = servers
    this.#clock = clock
    this.#viewKey = viewKey
  }

  begin(): void {
    if (this.#next === undefined) this.#ask()
  }

  end(): void {
    this.#next?.()
    this.#next = undefined
  }

  #ask(): void {
    this.#next = this.#clock.schedule(EVERY_MS, () => this.#ask())
    const asked = this.#servers.callView(EVERY_MS, (client, _wanted, asking) => {
      if (asking) announce(client)
      return client.call('exists', [this.#viewKey])
    })
    // It is asked again.
    asked.catch(() => {})
  }
}
