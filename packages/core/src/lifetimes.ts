import type { Duration } from './duration.ts'

/** A `ttl` with a `jitter` that shortens each entry's own within the range. */
export interface LifetimePreset {
  readonly ttl: Duration
  /** The share by which an entry's `ttl` may be shorter. */
  readonly jitter: number
}

/** How long data of a kind is worth keeping; spread one into a namespace's or definition's options. */
export const lifetimes: {
  /** What changes all the time, such as open orders: 30 to 60 seconds. */
  readonly realtime: LifetimePreset
  /** What has just happened: 5 to 15 minutes. */
  readonly recent: LifetimePreset
  /** What is looked up and seldom changed: 30 to 60 minutes. */
  readonly reference: LifetimePreset
  /** What has happened long ago: 1 to 4 hours. */
  readonly historical: LifetimePreset
  /** What changes with a deployment: 24 hours. */
  readonly static: LifetimePreset
} = {
  realtime: { ttl: '60s', jitter: 0.5 },
  recent: { ttl: '15m', jitter: 2 / 3 },
  reference: { ttl: '60m', jitter: 0.5 },
  historical: { ttl: '4h', jitter: 0.75 },
  static: { ttl: '24h', jitter: 0 },
}
