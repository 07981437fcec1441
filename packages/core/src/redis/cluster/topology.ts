import type { Clock } from '../../clock.ts'
import { RedstartError } from '../../errors.ts'
import { within } from '../calls.ts'
import { type Redirection, unavailable } from '../failure.ts'
import type { ClusterSettings } from '../settings.ts'
import { addressOf, addressText, mapped, type RedisAddress } from './address.ts'
import type { ClusterNode } from './cluster-node.ts'
import type { Retirement } from './retirement.ts'
import { type SlotRange, slotRangesOf } from './slot-ranges.ts'

/** What the topology is made with. */
export interface TopologyContext extends ClusterSettings {
  readonly clock: Clock
  readonly node: (address: RedisAddress) => ClusterNode
  readonly retirement: Retirement
  /** A node has slots of which that was not known before. */
  readonly onNewMaster: () => void
}

/** The least time between two looks at the Cluster, in ms. */
const REST_MS = 500
/** How many nodes are asked at the same time. */
const ASKED = 3

/** Which node is the master of which slot, as far as is known. What is wrong here costs a redirection, nothing else. */
export class Topology {
  readonly #context: TopologyContext
  readonly #nodes = new Map<string, ClusterNode>()
  #owners: (ClusterNode | undefined)[] = []
  #masters: Set<ClusterNode> = new Set()
  /** Grows whenever a slot is known to be another node's than before. */
  changes = 0
  #looking: Promise<void> | undefined
  #lastLook = -Infinity

  constructor(context: TopologyContext) {
    this.#context = context
  }

  ownerOf(slot: number): ClusterNode | undefined {
    return this.#owners[slot]
  }

  /** All that have slots. */
  get masters(): ReadonlySet<ClusterNode> {
    return this.#masters
  }

  /**
   * The master of a slot, after a look at the Cluster where none is known.
   *
   * @throws RedstartError `STORE_UNAVAILABLE` when there is none, or when no node answers.
   */
  async locate(slot: number, timeout: number): Promise<ClusterNode> {
    const known = this.#owners[slot]
    if (known !== undefined) return known
    if (this.#looking !== undefined || this.#isRested()) await within(this.#context.clock, timeout, () => this.#look())
    const owner = this.#owners[slot]
    if (owner === undefined) throw unavailable(`no node of the Cluster is known to be the master of slot ${slot}`)
    return owner
  }

  /** Looks at the Cluster as it is now. Rejects when no node answers. */
  async look(timeout: number): Promise<void> {
    await within(this.#context.clock, timeout, () => this.#look())
  }

  /** How many nodes' breakers are open. */
  breakers(): { readonly open: number; readonly of: number } {
    const nodes = [...this.#nodes.values()]
    return { open: nodes.filter(({ breaker }) => breaker.state !== 'closed').length, of: nodes.length }
  }

  /** What is known may be out of date: looks at the Cluster in the background. */
  doubt(): void {
    if (this.#isRested()) this.#look().catch(() => {})
  }

  /**
   * Learns from a redirection.
   *
   * @returns the node to ask, where that is for one call only.
   */
  redirected(redirection: Redirection, by: ClusterNode): ClusterNode | undefined {
    const node = this.#at(mapped(addressOf(redirection, by.address), this.#context.natMap))
    if (redirection.kind === 'ASK') return node
    if (this.#owners[redirection.slot] !== node) this.changes += 1
    this.#owners[redirection.slot] = node
    this.#own(new Set(this.#masters).add(node))
    this.doubt()
    return undefined
  }

  async close(): Promise<void> {
    this.#lastLook = Infinity
    await Promise.all([...this.#nodes.values()].map((node) => node.close()))
  }

  #isRested(): boolean {
    return this.#looking === undefined && this.#context.clock.now() - this.#lastLook >= REST_MS
  }

  #look(): Promise<void> {
    this.#looking ??= this.#ask()
      .then((ranges) => this.#learn(ranges))
      .finally(() => {
        this.#lastLook = Math.max(this.#lastLook, this.#context.clock.now())
        this.#looking = undefined
      })
    return this.#looking
  }

  /** Some nodes at a time, those first that answered lately: the first answer counts. */
  async #ask(): Promise<readonly SlotRange[]> {
    const up = shuffled([...this.#nodes.values()].filter((node) => node.isUp))
    const seeds = shuffled(this.#context.seeds).map((seed) => this.#at(seed))
    const candidates = [...new Set([...up, ...seeds, ...this.#nodes.values()])]
    let problem: unknown
    for (let n = 0; n < candidates.length; n += ASKED) {
      try {
        return await Promise.any(candidates.slice(n, n + ASKED).map(slotsSeenBy))
      } catch (error) {
        problem = error instanceof AggregateError ? error.errors[0] : error
      }
    }
    throw RedstartError.is(problem) ? problem : unavailable('no node of the Cluster answered')
  }

  #learn(ranges: readonly SlotRange[]): void {
    const owners: (ClusterNode | undefined)[] = []
    for (const { first, last, master } of ranges) {
      const node = this.#at(mapped(master, this.#context.natMap))
      for (let slot = first; slot <= last; slot += 1) owners[slot] = node
    }
    const before = this.#owners
    if (before.length > 0 && owners.some((owner, slot) => owner !== before[slot])) this.changes += 1
    this.#owners = owners
    const needed = new Set(owners.filter((owner) => owner !== undefined))
    this.#own(needed)
    for (const [text, node] of [...this.#nodes]) {
      if (needed.has(node)) continue
      this.#nodes.delete(text)
      this.#context.retirement.add(node)
    }
  }

  #own(masters: Set<ClusterNode>): void {
    const known = this.#masters
    this.#masters = masters
    for (const master of masters) if (!known.has(master)) return this.#context.onNewMaster()
  }

  #at(address: RedisAddress): ClusterNode {
    const text = addressText(address)
    const known = this.#nodes.get(text)
    if (known !== undefined) return known
    const node = this.#context.node(address)
    this.#nodes.set(text, node)
    return node
  }
}

async function slotsSeenBy(node: ClusterNode): Promise<readonly SlotRange[]> {
  return slotRangesOf(await node.ask(({ client }) => client.cluster('SLOTS')), node.address)
}

function shuffled<T>(values: readonly T[]): T[] {
  return values
    .map((value) => ({ value, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ value }) => value)
}
