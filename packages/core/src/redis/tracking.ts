import type { Clock } from '../clock.ts'
import type { KeyListener, KeyTracking } from '../invalidation/tracking-store.ts'
import { closed } from './failure.ts'
import { announce } from './scripts.ts'
import type { ConnectedMaster, Servers } from './servers.ts'
import { TrackingLink, type TrackingLinkContext } from './tracking-link.ts'

export interface TrackingContext extends Pick<TrackingLinkContext, 'prefix' | 'viewKey' | 'connectTimeout'> {
  readonly servers: Servers<ConnectedMaster>
  readonly clock: Clock
  readonly listener: KeyListener
}

/** So many keys are of so many slots that each server has some, unless it has hardly any slots. */
const PROBES = 512

/** Has every master tell the keys that are changed in it, each on a connection of its own. */
export class RedisTracking implements KeyTracking {
  readonly #context: TrackingContext
  readonly #links = new Map<string, TrackingLink>()
  /** Links that are not needed any more. */
  readonly #leaving = new Set<Promise<void>>()
  /** Keys that no entry can have. */
  readonly #probes: readonly string[]
  #closed = false

  constructor(context: TrackingContext) {
    this.#context = context
    this.#probes = context.servers.single ? [] : Array.from({ length: PROBES }, (_, n) => `${context.prefix}{${n}}`)
  }

  async confirm(timeout: number): Promise<void> {
    const { servers, clock } = this.#context
    const begun = clock.now()
    const masters = await servers.masters(timeout)
    if (this.#closed) throw closed()
    const names = new Set(masters.map(({ name }) => name))
    for (const [name, link] of this.#links) {
      if (names.has(name)) continue
      this.#links.delete(name)
      this.#leave(link)
    }
    for (const master of masters) if (!this.#links.has(master.name)) this.#links.set(master.name, this.#link(master))
    const left = Math.max(1, timeout - (clock.now() - begun))
    const told = [...this.#links.values()].map((link) => link.confirm(left))
    await Promise.all([...told, ...this.#owners(left)])
  }

  /** The keys may be in servers that were not known until now. */
  mastersChanged(): void {
    this.#context.listener.lost()
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all([...this.#leaving, ...[...this.#links.values()].map((link) => link.close())])
  }

  /**
   * Asks the masters of a Cluster whether they still are: one that was replaced answers a PING and may hear of no change
   * any more. It redirects calls about keys, or refuses them. Of a lone server the question of the view finds that out.
   */
  #owners(timeout: number): readonly Promise<unknown>[] {
    const { servers } = this.#context
    return servers.split(this.#probes).flatMap(([probe]) => {
      if (probe === undefined) return []
      return servers.call(probe, timeout, (client, _wanted, asking) => {
        if (asking) announce(client)
        return client.call('exists', [probe])
      })
    })
  }

  #leave(link: TrackingLink): void {
    const left = link.close().finally(() => this.#leaving.delete(left))
    this.#leaving.add(left)
  }

  #link(master: TrackingLinkContext['master']): TrackingLink {
    const { clock, viewKey, connectTimeout, prefix, listener } = this.#context
    // A namespace cannot begin so: it is no entry.
    const onKey = (path: string): void => (path.startsWith('!') ? undefined : listener.changed(path))
    return new TrackingLink({
      master,
      clock,
      viewKey,
      connectTimeout,
      prefix,
      onKey,
      onLoss: () => listener.lost(),
    })
  }
}
