import type { StoreContext } from '../backend.ts'
import type { Clock } from '../clock.ts'
import { closed } from './failure.ts'
import type { Master, Send, Servers, ViewContext } from './servers.ts'

/** What a store wants to hear of its servers. */
export interface ServersListener {
  /** A message of the app's channel. */
  onMessage(message: string): void
  /** A server has keys of which that was not known before. */
  onNewMaster?(): void
}

/** Gives a store the servers of its instance: theirs to close as if they had them alone. */
export type HoldServers<M extends Master = Master> = (context: StoreContext, listener: ServersListener) => Servers<M>

/** Opens what {@link sharedServers} shares. */
export type OpenServers<M extends Master> = (clock: Clock, view: ViewContext) => Servers<M>

/** The key of an app's view. */
export function viewKeyOf(app: string): string {
  return `{${app}}:meta`
}

/** The channel on which an app tells what others should know at once: invalidations and revocations. */
export function channelOf(app: string): string {
  return `{${app}}:hints`
}

/**
 * Opens the servers of each instance once: stores that are opened with one and the same context share connections and
 * breakers, which end when the last of these stores is closed.
 */
export function sharedServers<M extends Master>(open: OpenServers<M>): HoldServers<M> {
  const opened = new WeakMap<StoreContext, Shared<M>>()
  return (context, listener) => {
    const shared = opened.get(context) ?? new Shared(open, context, () => opened.delete(context))
    opened.set(context, shared)
    return new HeldServers(shared, listener)
  }
}

class Shared<M extends Master> {
  readonly servers: Servers<M>
  readonly #holders = new Map<HeldServers<M>, ServersListener>()
  readonly #onEnd: () => void

  constructor(open: OpenServers<M>, { app, clock }: StoreContext, onEnd: () => void) {
    this.#onEnd = onEnd
    this.servers = open(clock, {
      viewKey: viewKeyOf(app),
      channel: channelOf(app),
      onHint: (message) => this.#holders.forEach((listener) => listener.onMessage(message)),
      onNewMaster: () => this.#holders.forEach((listener) => listener.onNewMaster?.()),
    })
  }

  hold(holder: HeldServers<M>, listener: ServersListener): void {
    this.#holders.set(holder, listener)
  }

  async release(holder: HeldServers<M>): Promise<void> {
    if (!this.#holders.delete(holder) || this.#holders.size > 0) return
    this.#onEnd()
    await this.servers.close()
  }
}

/** The shared servers, as one store has them. */
class HeldServers<M extends Master> implements Servers<M> {
  readonly single: boolean
  readonly connected: boolean
  readonly atEndOfTurn: Servers['atEndOfTurn']
  readonly #shared: Shared<M>
  readonly #servers: Servers<M>
  #closed = false

  constructor(shared: Shared<M>, listener: ServersListener) {
    this.#shared = shared
    this.#servers = shared.servers
    this.single = shared.servers.single
    this.connected = shared.servers.connected
    this.atEndOfTurn = shared.servers.atEndOfTurn
    shared.hold(this, listener)
  }

  get behindSentinel(): boolean {
    return this.#servers.behindSentinel
  }

  call<T>(key: string, timeout: number, send: Send<T>, many?: boolean): Promise<T> {
    return this.#closed ? Promise.reject(closed()) : this.#servers.call(key, timeout, send, many)
  }

  callApart<T>(key: string, timeout: number, send: Send<T>): Promise<T> {
    return this.#closed ? Promise.reject(closed()) : this.#servers.callApart(key, timeout, send)
  }

  callView<T>(timeout: number, send: Send<T>): Promise<T> {
    return this.#closed ? Promise.reject(closed()) : this.#servers.callView(timeout, send)
  }

  masters(timeout: number): Promise<readonly M[]> {
    return this.#closed ? Promise.reject(closed()) : this.#servers.masters(timeout)
  }

  changes(timeout: number): Promise<number> {
    return this.#closed ? Promise.reject(closed()) : this.#servers.changes(timeout)
  }

  split(keys: readonly string[]): readonly (readonly string[])[] {
    return this.#servers.split(keys)
  }

  breakers(): { readonly open: number; readonly of: number } {
    return this.#servers.breakers()
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#shared.release(this)
  }
}
