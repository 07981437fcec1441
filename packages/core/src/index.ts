/**
 * A cache that is never stale, over Redis or plain memory.
 *
 * @packageDocumentation
 */
export type { Backend, StoreContext } from './backend.ts'
export type { BatchContext, BatchLoader } from './cache/batch.ts'
export type { AfterCommitOptions, NotedOptions, NoteInvalidation } from './cache/after-commit.ts'
export type { Cache } from './cache/cache.ts'
export { type Cached, type CachedMethod, type CachedOptions } from './cache/cached.ts'
export type {
  CacheStore,
  ReadReply,
  ReadRequest,
  ScanRequest,
  TouchRequest,
  WriteRequest,
} from './cache/cache-store.ts'
export type { CallOptions, StoringOptions, WaitUntil } from './cache/call-options.ts'
export type { Claimed, ClaimRequest, ClaimStore, ReleaseRequest } from './cache/claim-store.ts'
export type { CompressionOptions } from './cache/compression-options.ts'
export type { Definition, DefinitionOptions } from './cache/definition.ts'
export { type Glob, glob, type GlobTools } from './cache/glob.ts'
export type {
  InvalidationFilter,
  InvalidationHeard,
  InvalidationListener,
  InvalidationNotice,
} from './cache/invalidation-watch.ts'
export type { L1Options, L1Stats } from './cache/l1.ts'
export type { LoadContext } from './cache/load-context.ts'
export type { AdmissionOptions, LoadOptions } from './cache/load-options.ts'
export type { Metrics, MetricsSnapshot, MetricsSummary } from './cache/metrics.ts'
export type { Keyed, Namespace } from './cache/namespace.ts'
export { cacheAside, refreshAhead, type RefreshAheadOptions, writeThrough } from './cache/patterns.ts'
export type { Readiness, ReadyOptions } from './cache/ready.ts'
export type { KeysOptions, NamespacePurge, Purged, PurgeOptions, PurgeRequest } from './cache/purge.ts'
export type { PurgeProgress } from './cache/purge-run.ts'
export type { GetOrSetOptions, Peeked, Remaining } from './cache/scope.ts'
export type { SetManyOptions, SetOptions } from './cache/setter.ts'
export type { Lifetime, NamespaceConfig, NamespaceOptions } from './cache/settings.ts'
export type {
  StandardSchemaIssue,
  StandardSchemaProps,
  StandardSchemaResult,
  StandardSchemaV1,
} from './standard-schema.ts'
export type { CacheStats, NamespaceStats, StatsReader } from './cache/stats.ts'
export type { InvalidationOptions, InvalidationTarget, Prefix, Reached } from './cache/targets.ts'
export type { Tenant } from './cache/tenant.ts'
export type { Token } from './cache/token.ts'
export type { ValueOptions } from './cache/value-options.ts'
export type { Items, WarmerOptions, Warmers, WarmingOptions, WarmingProgress, WarmingResult } from './cache/warmers.ts'
export { type Cancel, type Clock, systemClock } from './clock.ts'
export {
  type Config,
  configFromEnv,
  type ConfigProblem,
  type ConfigResult,
  type EnvOptions,
  type InstanceConfig,
  type LimitConfig,
  limitsFrom,
  presets,
  readConfig,
  type RedisConfig,
  type SessionsConfig,
  validateConfig,
  type WarmingConfig,
} from './config/index.ts'
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
export type { Allowance, Decision, DecisionMode, Denial, DenialReason, PolicyResult } from './rate-limit/decision.ts'
export type {
  Blocked,
  BlockReply,
  BlockRequest,
  Decided,
  Gift,
  ItemResult,
  LimitItem,
  LimitReply,
  LimitRequest,
  LimitStore,
  PermitReply,
  PermitRequest,
  Taking,
} from './rate-limit/limit-store.ts'
export type {
  Acquired,
  AcquireOptions,
  AdjustOptions,
  BlockingOptions,
  CheckItem,
  CheckOptions,
  Limiter,
  LimitKey,
  PolicyName,
  Reservation,
  Reserved,
  ResetOptions,
  WaitOptions,
} from './rate-limit/limiter.ts'
export type { Offender } from './rate-limit/offenders.ts'
export type { Permit } from './rate-limit/permit.ts'
export {
  gcra,
  type GcraOptions,
  leakyBucket,
  type LeakyBucketOptions,
  leakyQueue,
  type LeakyQueueOptions,
  tokenBucket,
  type TokenBucketOptions,
  tokens,
  type TokensOptions,
} from './rate-limit/policies.ts'
export type {
  Algorithm,
  BlockSettings,
  LeaseSettings,
  LimitPolicy,
  NamedPolicy,
  OnFailure,
  Policies,
} from './rate-limit/policy.ts'
export type {
  BlockOptions,
  CheckedPolicyOptions,
  CommonPolicyOptions,
  LeaseOptions,
  PolicyOptions,
} from './rate-limit/policy-options.ts'
export type { Rate } from './rate-limit/rate.ts'
export type { LimitRule } from './rate-limit/rule.ts'
export type { LimitsOptions } from './rate-limit/settings.ts'
export type { LimiterStats, PolicyCounts } from './rate-limit/stats.ts'
export {
  concurrency,
  type ConcurrencyOptions,
  fixedWindow,
  type FixedWindowOptions,
  slidingLog,
  type SlidingLogOptions,
  slidingWindow,
  type SlidingWindowOptions,
} from './rate-limit/windows.ts'
export { createRedstart, type Redstart } from './redstart.ts'
export type { RedstartOptions } from './redstart-options.ts'
export type { CookieChange } from './session/cookie-change.ts'
export type { DeviceRecord } from './session/core-record.ts'
export type { Introspection } from './session/introspection.ts'
export type { OpenHow, RefusalReason } from './session/opening.ts'
export type { SessionCookie } from './session/session-cookie.ts'
export type { LogInOptions } from './session/log-in-options.ts'
export type { Session, SessionObject } from './session/session-object.ts'
export type {
  Activity,
  AdmitRequest,
  Alive,
  CommitReply,
  CommitRequest,
  CreateReply,
  CreateRequest,
  Device,
  Durability,
  EndReply,
  EndRequest,
  FieldChange,
  Late,
  ListedRecord,
  LoadedRecord,
  LoadReply,
  LoadRequest,
  Presented,
  Refusal,
  Refused,
  Revocation,
  RevokeAllRequest,
  RevokeReply,
  RevokeRequest,
  RotateReply,
  RotateRequest,
  SessionAddress,
  SessionLimit,
  SessionStore,
  SessionStoreOptions,
  StatisticsRequest,
  StoredStatistics,
  UserAddress,
} from './session/session-store.ts'
export type { RequestSession } from './session/request-session.ts'
export type { CreatedSession, CreateSessionOptions, OpenRequest, Sessions, Who } from './session/sessions.ts'
export type { BindingPolicy, ImportOptions, Merge, SessionData, SessionOptions } from './session/settings.ts'
export type { SignIn } from './session/sign-in.ts'
export type { DeviceSession, UserSessions } from './session/user-sessions.ts'
export type { LoadTrace } from './telemetry/channels.ts'
export type { Counts, StoredBytes } from './telemetry/counters.ts'
export type { MissReason, RedstartEvent, WriteOutcome } from './telemetry/events.ts'
export type { Health, ServerHealth, StoreHealth } from './telemetry/health.ts'
export type { Distribution } from './telemetry/histogram.ts'
export type { EventOf, Hooks } from './telemetry/hooks.ts'
export type { Latency, Operation } from './telemetry/latency.ts'
export type { Events } from './telemetry/listen.ts'
export type { Logger } from './telemetry/logger.ts'
export type { HttpEvent } from './telemetry/http-events.ts'
export type { LimitEvent } from './telemetry/limit-events.ts'
export type { Measures, Summary } from './telemetry/measurements.ts'
export type { SessionEvent, SessionRefusal } from './telemetry/session-events.ts'
export type { PastSlowOperation, SlowOperation, SlowOptions } from './telemetry/slow.ts'
export type { EventListener } from './telemetry/telemetry.ts'
export type { CompressionAlgorithm } from './wire/index.ts'
