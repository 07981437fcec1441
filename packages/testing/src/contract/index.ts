/** The suite that every backend of the cache passes, for vitest. */
export { describeCacheStore } from './describe-cache-store.ts'
export type { OpenBackend, OpenedBackend, OpenOptions } from './open-backend.ts'
