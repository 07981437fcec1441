/**
 * What the file that `withRedstart()` writes is made of.
 *
 * @packageDocumentation
 */
export { type CacheHandlers, createCacheHandlers } from './create-cache-handlers.ts'
export type {
  GetContext,
  IncrementalContext,
  IncrementalEntry,
  IncrementalValue,
  SetContext,
} from './incremental/values.ts'
export type { HandlerSettings, HandlerSetup } from './runtime/settings.ts'
export type { Durations } from './runtime/tag-updates.ts'
export type { UseCacheEntry, UseCacheHandler } from './use-cache/use-cache-handler.ts'
