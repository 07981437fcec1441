/** What a backend says of itself. */
export interface StoreHealth {
  /** Milliseconds from asking to the answer. */
  readonly roundTrip: number
  /** What the server says of itself; undefined where there is no server. */
  readonly server: ServerHealth | undefined
  /** Servers in front of which the circuit breaker is open, of how many. */
  readonly breakers: { readonly open: number; readonly of: number }
}

/** A Redis server, from its own INFO. */
export interface ServerHealth {
  readonly version: string
  readonly role: 'master' | 'replica'
  /** Bytes. */
  readonly usedMemory: number
  /** Bytes; 0 where nothing limits it. */
  readonly maxMemory: number
  /** What it does when the memory is full, such as `noeviction` or `volatile-lru`. */
  readonly evictionPolicy: string
  /** Sentinels named it, and may make another server the master while this one is alive. */
  readonly behindSentinel: boolean
  /** It takes writes only while replicas follow it: `min-replicas-to-write` and `min-replicas-max-lag` are set. */
  readonly fenced: boolean
}

/** How an instance and its backend are. */
export interface Health {
  /**
   * - `ok` - everything works.
   * - `degraded` - reads work, but invalidations wait, a breaker is open, or the server takes no writes.
   * - `down` - the backend does not answer; reads run their loaders.
   */
  readonly state: 'ok' | 'degraded' | 'down'
  /** Name of the backend. */
  readonly backend: string
  /** What the backend says; undefined while it does not answer, or where it cannot tell. */
  readonly store: StoreHealth | undefined
  /** Code of the failure when the backend did not answer. */
  readonly error: string | undefined
  /** Milliseconds since this instance last knew for certain what is invalidated; undefined before it first did. */
  readonly coherenceLag: number | undefined
  /** Invalidated names that wait for the backend. */
  readonly pendingInvalidations: number
  /** What should be changed, in words. */
  readonly warnings: readonly string[]
}

/** What is wrong with how a server is set up. */
export function warningsOf({ role, evictionPolicy, behindSentinel, fenced }: ServerHealth): string[] {
  const warnings = []
  if (role === 'replica') {
    warnings.push('the server is a read-only replica: invalidations and writes fail; connect to its master')
  }
  if (evictionPolicy.startsWith('allkeys-')) {
    warnings.push(
      `maxmemory-policy is ${evictionPolicy}: the record of invalidations may be evicted, which makes every entry a miss; use a volatile- policy or noeviction`,
    )
  }
  if (behindSentinel && !fenced) {
    warnings.push(
      'min-replicas-to-write is off behind Sentinel: a master that was replaced while it is alive goes on taking invalidations, which the new one never learns; set min-replicas-to-write and min-replicas-max-lag on every server',
    )
  }
  return warnings
}
