import type { Clock } from '../../clock.ts'
import { RedstartError } from '../../errors.ts'
import { closed, Divided, lost, Redirected, timedOut } from '../failure.ts'
import { announce } from '../scripts.ts'
import type { ConnectedMaster, Send, Servers, ViewContext } from '../servers.ts'
import type { ClusterSettings, RedisSettings } from '../settings.ts'
import { identifyServer, ViewLink } from '../view-link.ts'
import { addressText } from './address.ts'
import { ClusterNode } from './cluster-node.ts'
import { keySlot } from './key-slot.ts'
import { Retirement } from './retirement.ts'
import { Topology } from './topology.ts'

/** Redirections that one call follows. More mean that nodes send us to each other. */
const MOST_REDIRECTIONS = 5

/** Milliseconds until it is looked again whether all keys of a slot have arrived. */
const DIVIDED_PAUSE_MS = 20

/** How one attempt is made, to the node that is known or said to have the slot. */
type Attempt<T> = (node: ClusterNode, timeout: number, asking: boolean) => Promise<T>

/**
 * The masters of a Redis Cluster. Calls about keys go to the master of their slot; one connection more goes to the master
 * of the view's slot, whoever that is, and is made anew with all its checks when it is another one.
 */
export class ClusterServers implements Servers<ConnectedMaster> {
  readonly single = false
  readonly behindSentinel = false
  readonly connected = true
  readonly #clock: Clock
  readonly #settings: RedisSettings
  readonly #context: ViewContext
  readonly #viewSlot: number
  readonly #retirement: Retirement
  readonly #topology: Topology
  #linked: { readonly node: ClusterNode; readonly link: ViewLink } | undefined
  #closed = false

  constructor(settings: RedisSettings, cluster: ClusterSettings, clock: Clock, context: ViewContext) {
    this.#clock = clock
    this.#settings = settings
    this.#context = context
    this.#viewSlot = keySlot(context.viewKey)
    this.#retirement = new Retirement(clock)
    this.#topology = new Topology({
      ...cluster,
      clock,
      retirement: this.#retirement,
      onNewMaster: context.onNewMaster,
      node: (address) => new ClusterNode(address, settings, clock, context.viewKey),
    })
  }

  call<T>(key: string, timeout: number, send: Send<T>): Promise<T> {
    return this.#route(keySlot(key), timeout, (node, left, asking) =>
      node.call(left, asking ? (client, wanted) => send(client, wanted, true) : send),
    )
  }

  callApart<T>(key: string, timeout: number, send: Send<T>): Promise<T> {
    return this.#route(keySlot(key), timeout, (node, left, asking) =>
      node.apart.call(left, asking ? (client, wanted) => send(client, wanted, true) : send),
    )
  }

  callView<T>(timeout: number, send: Send<T>): Promise<T> {
    return this.#route(this.#viewSlot, timeout, (node, left, asking) =>
      asking ? this.#askView(node, left, send) : node.calls.make(this.#linkTo(node).connection, left, send),
    )
  }

  async masters(timeout: number): Promise<readonly ConnectedMaster[]> {
    if (this.#topology.masters.size === 0) await this.#topology.locate(this.#viewSlot, timeout)
    return [...this.#topology.masters].map((node) => ({
      name: addressText(node.address),
      call: (left, send) =>
        node.call(left, send).catch((error: unknown) => {
          throw this.#explain(error)
        }),
      connect: (pause, protocol) => this.#settings.client(pause, node.address, protocol),
    }))
  }

  async changes(timeout: number): Promise<number> {
    if (this.#closed) throw closed()
    await this.#topology.look(timeout)
    return this.#topology.changes
  }

  split(keys: readonly string[]): readonly (readonly string[])[] {
    const groups = new Map<ClusterNode | number, string[]>()
    for (const key of keys) {
      const slot = keySlot(key)
      const owner = this.#topology.ownerOf(slot) ?? slot
      const group = groups.get(owner)
      if (group === undefined) groups.set(owner, [key])
      else group.push(key)
    }
    return [...groups.values()]
  }

  breakers(): { readonly open: number; readonly of: number } {
    return this.#topology.breakers()
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all([this.#linked?.link.close(), this.#topology.close(), this.#retirement.close()])
  }

  /** A node that redirects has done nothing, so that the call may go on to another one; so has one that lacks keys. */
  async #route<T>(slot: number, timeout: number, attempt: Attempt<T>): Promise<T> {
    const begun = this.#clock.now()
    const left = (): number => timeout - (this.#clock.now() - begun)
    let asked: ClusterNode | undefined
    for (let hops = 0; ; hops += 1) {
      if (this.#closed) throw closed()
      if (left() <= 0) throw timedOut(timeout)
      let node = asked ?? this.#topology.ownerOf(slot)
      try {
        node ??= await this.#topology.locate(slot, left())
        return await attempt(node, left(), asked !== undefined)
      } catch (error) {
        if (error instanceof Divided && left() > DIVIDED_PAUSE_MS) {
          await new Promise<void>((resolve) => this.#clock.schedule(DIVIDED_PAUSE_MS, resolve))
          asked = undefined
          hops = 0
          continue
        }
        if (!(error instanceof Redirected) || node === undefined) throw this.#explain(error)
        if (hops === MOST_REDIRECTIONS) throw endless(hops)
        asked = this.#topology.redirected(error.redirection, node)
      }
    }
  }

  /** The view is on its way to this node, or is missing: the check comes first here as well. */
  #askView<T>(node: ClusterNode, timeout: number, send: Send<T>): Promise<T> {
    return node.call(timeout, async (client, wanted) => {
      announce(client)
      await identifyServer(client, this.#context.viewKey)
      if (!wanted()) throw timedOut(timeout)
      return send(client, wanted, true)
    })
  }

  #explain(error: unknown): unknown {
    if (this.#closed) return closed()
    this.#topology.doubt()
    // Only a connection was closed: that of a node which has left the Cluster.
    return RedstartError.is(error, 'CLOSED') ? lost() : error
  }

  /** Another node has another run id: its check ends the generation, so that the cache is cold there and never stale. */
  #linkTo(node: ClusterNode): ViewLink {
    if (this.#linked?.node === node) return this.#linked.link
    if (this.#linked !== undefined) {
      this.#linked.link.mute()
      this.#retirement.add(this.#linked.link)
    }
    const link = new ViewLink({
      ...this.#context,
      client: (pause) => this.#settings.client(pause, node.address),
      clock: this.#clock,
      connectTimeout: this.#settings.connectTimeout,
      onIdentified: () => node.breaker.recovered(),
    })
    this.#linked = { node, link }
    return link
  }
}

function endless(redirections: number): RedstartError {
  return new RedstartError(
    'STORE_FAILED',
    `The nodes of the Cluster redirected a call ${redirections} times; they do not agree on who has its slot`,
  )
}
