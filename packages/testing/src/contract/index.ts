/** The suites that every backend passes, for vitest: one for the cache, one for the sessions of those that keep some. */
export { describeCacheStore } from './describe-cache-store.ts'
export type { OpenBackend, OpenedBackend, OpenOptions } from './open-backend.ts'
export { describeSessionStore } from './sessions/describe-session-store.ts'
