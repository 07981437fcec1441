import type { StoreContext } from '../backend.ts'
import { ClusterServers } from './cluster/cluster-servers.ts'
import { closed } from './failure.ts'
import { OneServer } from './one-server.ts'
import type { Master, Send, Servers } from './servers.ts'
import type { RedisSettings } from './settings.ts'

/** What a store wants to hear of its servers. */
export interface ServersListener {
  /** A message of the app's channel. */
  onMessage(message: string): void
  /** A server has keys of which that was not known before. */
  onNewMaster?(): void
}

/** Gives a store the servers of its instance: theirs to close as if they had them alone. */
export type HoldServers = (context: StoreContext, listener: ServersListener) => Servers

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
export function sharedServers(settings: RedisSettings): HoldServers {
  const opened = new WeakMap<StoreContext, Shared>()
  return (context, listener) => {
    const shared = opened.get(context) ?? new Shared(settings, context, () => opened.delete(context))
    opened.set(context, shared)
    return new HeldServers(shared, listener)
  }
}

class Shared {
  readonly servers: Servers
  readonly #holders = new Map<HeldServers, ServersListener>()
  readonly #onEnd: () => void

  constructor(settings: RedisSettings, { app, clock }: StoreContext, onEnd: () => void) {
    this.#onEnd = onEnd
    const context = {
      viewKey: viewKeyOf(app),
      channel: channelOf(app),
      onHint: (message: string) => this.#holders.forEach((listener) => listener.onMessage(message)),
      onNewMaster: () => this.#holders.forEach((listener) => listener.onNewMaster?.()),
    }
    const { cluster } = settings
    this.servers =
      cluster === undefined
        ? new OneServer(settings, clock, context)
        : new ClusterServers(settings, cluster, clock, context)
  }

  hold(holder: HeldServers, listener: ServersListener): void {
    this.#holders.set(holder, listener)
  }

  async release(holder: HeldServers): Promise<void> {
    if (!this.#holders.delete(holder) || this.#holders.size > 0) return
    this.#onEnd()
    await this.servers.close()
  }
}

/** The shared servers, as one store has them. */
class HeldServers implements Servers {
  readonly single: boolean
  readonly #shared: Shared
  readonly #servers: Servers
  #closed = false

  constructor(shared: Shared, listener: ServersListener) {
    this.#shared = shared
    this.#servers = shared.servers
    this.single = shared.servers.single
    shared.hold(this, listener)
  }

  call<T>(key: string, timeout: number, send: Send<T>): Promise<T> {
    return this.#closed ? Promise.reject(closed()) : this.#servers.call(key, timeout, send)
  }

  callApart<T>(key: string, timeout: number, send: Send<T>): Promise<T> {
    return this.#closed ? Promise.reject(closed()) : this.#servers.callApart(key, timeout, send)
  }

  callView<T>(timeout: number, send: Send<T>): Promise<T> {
    return this.#closed ? Promise.reject(closed()) : this.#servers.callView(timeout, send)
  }

  masters(timeout: number): Promise<readonly Master[]> {
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
