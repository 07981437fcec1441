/**
 * A cache that is never stale, over Redis or plain memory.
 *
 * @packageDocumentation
 */
export type { Backend, StoreContext } from './backend.ts'
export type { BatchContext, BatchLoader } from './cache/batch.ts'
export type { Cache, CacheStats } from './cache/cache.ts'
export { type Cached, type CachedMethod, type CachedOptions } from './cache/cached.ts'
export type {
  CacheStore,
  ReadReply,
  ReadRequest,
  ScanRequest,
  TouchRequest,
  WriteRequest,
} from './cache/cache-store.ts'
export type { Claimed, ClaimRequest, ClaimStore, ReleaseRequest } from './cache/claim-store.ts'
export type { Definition, DefinitionOptions } from './cache/definition.ts'
export { type Glob, glob, type GlobTools } from './cache/glob.ts'
export type { L1Options, L1Stats } from './cache/l1.ts'
export type { LoadContext } from './cache/load-context.ts'
export type { Keyed, Namespace } from './cache/namespace.ts'
export { cacheAside, refreshAhead, type RefreshAheadOptions, writeThrough } from './cache/patterns.ts'
export type { Readiness, ReadyOptions } from './cache/ready.ts'
export type { GetOrSetOptions, Peeked, Remaining } from './cache/scope.ts'
export type { SetManyOptions, SetOptions } from './cache/setter.ts'
export type { Lifetime, NamespaceConfig, NamespaceOptions } from './cache/settings.ts'
export type { InvalidationOptions, InvalidationTarget, Reached } from './cache/targets.ts'
export type { Tenant } from './cache/tenant.ts'
export type { Token } from './cache/token.ts'
export type { Items, WarmerOptions, Warmers, WarmingOptions, WarmingProgress, WarmingResult } from './cache/warmers.ts'
export { type Cancel, type Clock, systemClock } from './clock.ts'
export type { Duration } from './duration.ts'
export { type ErrorCode, RedstartError } from './errors.ts'
export type {
  Answer,
  Hint,
  Invalidated,
  InvalidateRequest,
  InvalidationStore,
  Question,
  Snapshot,
} from './invalidation/invalidation-store.ts'
export type { Marker } from './invalidation/view.ts'
export { type CheckedKey, checkKey, type KeyShape, keyShape, shortPart } from './key-shape.ts'
export type { Key, KeyPart } from './keys.ts'
export { type LifetimePreset, lifetimes } from './lifetimes.ts'
export { createRedstart, type Redstart, type RedstartOptions } from './redstart.ts'
export type { NamespaceStats } from './telemetry/counters.ts'
export type { MissReason, RedstartEvent, WriteOutcome } from './telemetry/events.ts'
export type { Health, ServerHealth, StoreHealth } from './telemetry/health.ts'
export type { Logger } from './telemetry/logger.ts'
export type { EventListener } from './telemetry/telemetry.ts'
