import type { InstanceConfig } from './config.ts'

/** Options for three usual places; each is frozen. Use one as `base` of `configFromEnv`, or spread it. */
export const presets: {
  /**
   * For work on the application.
   *
   * - `defaults.ttl` 1 minute: what is changed by hand in the database shows soon.
   * - `deadline` 1 second: a Redis in a container beside a build is slow at times, and that is no outage.
   * - `l1` 1000 entries, 16 MiB: a development machine runs much else.
   * - `slow.load` 200 ms: a slow query is told while somebody is looking.
   */
  readonly development: InstanceConfig
  /**
   * For servers.
   *
   * - `defaults.ttl` 1 hour, `stale` 10 minutes: an entry that has ended is served while it is refreshed, or while its
   *   source fails for a short time. What was invalidated is never served.
   * - `jitter` 0.1: entries that were stored together after a deployment do not end together.
   * - `compression` from 1 KiB on: less memory in Redis and less on the wire, for a few microseconds for each KiB.
   * - `l1` 50 000 entries, 256 MiB: room for what a server uses often, and a bound that is well below the usual heap.
   */
  readonly production: InstanceConfig
  /**
   * For automated tests.
   *
   * - `consistency` strict: a test with several instances sees each invalidation at once, without waiting.
   * - `deadline` 2 seconds: a busy machine is no outage.
   * - `defaults.ttl` 1 minute, `staleWhileRevalidate` false: no load goes on behind a test that has ended.
   * - `l1` 1000 entries, 16 MiB: many instances run in one process.
   */
  readonly testing: InstanceConfig
} = frozen({
  development: {
    defaults: { ttl: '1m' },
    deadline: '1s',
    l1: { maxEntries: 1000, maxBytes: 16 * 1024 * 1024 },
    slow: { load: '200ms' },
  },
  production: {
    defaults: { ttl: '1h', stale: '10m', jitter: 0.1, compression: { threshold: 1024 } },
    l1: { maxEntries: 50_000, maxBytes: 256 * 1024 * 1024 },
  },
  testing: {
    consistency: 'strict',
    deadline: '2s',
    defaults: { ttl: '1m', staleWhileRevalidate: false },
    l1: { maxEntries: 1000, maxBytes: 16 * 1024 * 1024 },
  },
})

function frozen<T extends object>(object: T): T {
  for (const value of Object.values(object)) if (typeof value === 'object') frozen(value)
  return Object.freeze(object)
}
