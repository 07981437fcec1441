import type { Clock } from '../clock.ts'
import type { KeyListener, KeyTracking } from '../invalidation/tracking-store.ts'
import type { Servers } from './servers.ts'
import { TrackingLink, type TrackingLinkContext } from './tracking-link.ts'

export interface TrackingContext extends Pick<TrackingLinkContext, 'prefix' | 'viewKey' | 'connectTimeout'> {
  readonly servers: Servers
  readonly clock: Clock
  readonly listener: KeyListener
}

/** Has every master tell the keys that are changed in it, each on a connection of its own. */
export class RedisTracking implements KeyTracking {
  readonly #context: TrackingContext
  readonly #links = new Map<string, TrackingLink>()
  #closed = false

  constructor(context: TrackingContext) {
    this.#context = context
  }

  async confirm(timeout: number): Promise<void> {
    const { servers, clock } = this.#context
    const begun = clock.now()
    const masters = await servers.masters(timeout)
    if (this.#closed) return
    const names = new Set(masters.map(({ name }) => name))
    for (const [name, link] of this.#links) {
      if (names.has(name)) continue
      this.#links.delete(name)
      await link.close()
    }
    for (const master of masters) if (!this.#links.has(master.name)) this.#links.set(master.name, this.#link(master))
    const left = Math.max(1, timeout - (clock.now() - begun))
    await Promise.all([...this.#links.values()].map((link) => link.confirm(left)))
  }

  /** The keys may be in servers that were not known until now. */
  mastersChanged(): void {
    this.#context.listener.lost()
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all([...this.#links.values()].map((link) => link.close()))
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
