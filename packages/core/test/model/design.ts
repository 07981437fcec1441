/**
 * What the protocol does, or could do beside what is built. The parts of each are rules that can be taken back alone;
 * without the design nothing looks at them.
 */
export interface Design {
  /**
   * How a `k:` marker may be dropped without making every old entry a miss. `byClock`: its clock becomes a floor for
   * writes, and for the entries that carry a key that is not their own. `byTime`: it goes after the longest load, and a
   * write is refused when its load began before that, by the server's own time.
   */
  readonly ageing: 'none' | 'byClock' | 'byTime'
  /**
   * How many namespaces may have a floor of their own, which a dropped marker of their keys and prefixes raises. That of a
   * further one raises the floor of all.
   */
  readonly namespaceFloors: number
  /**
   * What becomes of the entries when a replica is promoted. `cold`: none can be used. `warm`: those up to the replica's
   * clock, since an invalidation has reached all only when all replicas have it. `resend`: the same entries, since every
   * process sends again what it invalidated lately before its own reads resume; `resendHeard`: and what it heard of.
   */
  readonly failover: 'cold' | 'warm' | 'resend' | 'resendHeard'
}

/** The protocol as it is built. */
export const asBuilt: Design = { ageing: 'none', namespaceFloors: 1000, failover: 'cold' }
