/** A real Redis for tests, a clock that tests drive, and counters of what a piece of code costs in trips and commands. */
export { type Answers, assertCacheSafe, type CacheSafeOptions } from './assert-cache-safe.ts'
export { type RedisCluster, startRedisCluster, type StartRedisClusterOptions } from './cluster/start-redis-cluster.ts'
export { type CommandCounter, countCommands } from './count-commands.ts'
export { countTrips, type TripCounter } from './count-trips.ts'
export { type FaultProxy, faultProxy, type FaultProxyOptions } from './faults/fault-proxy.ts'
export type { Faults, StreamFaults } from './faults/faults.ts'
export {
  type CachedAdapter,
  type CachedAnswer,
  type CachedApp,
  type CachedAppOptions,
  type CachedFields,
  type CachedRoute,
  type CachedTurn,
  optionsFor,
  webStreamOf,
} from './http-cached/cached-adapter.ts'
export { cachedAdapterTests, cachedLeakTests } from './http-cached/cached-adapter-tests.ts'
export type { CachedAdapterTest, CachedRedisTest } from './http-cached/cached-test.ts'
export { cachedRedisTests } from './http-cached/over-redis.ts'
export type {
  HttpAdapter,
  HttpAnswer,
  HttpApp,
  HttpAppElsewhere,
  HttpAppReport,
  HttpRoute,
  StartedHttpApp,
  Visitor,
} from './http/adapter.ts'
export { httpAdapterTests } from './http/http-adapter-tests.ts'
export type { HttpAdapterTest } from './http/http-test.ts'
export {
  type LimitAdapter,
  type LimitApp,
  type LimitAppOptions,
  type LimitAppRule,
  type LimitRoute,
  ruleFor,
} from './http-limits/limit-adapter.ts'
export { limitAdapterTests } from './http-limits/limit-adapter-tests.ts'
export type { LimitAdapterTest } from './http-limits/limit-test.ts'
export type {
  KeptFields,
  KeptSession,
  SessionAdapter,
  SessionApp,
  SessionAppOptions,
  SessionRoute,
  SessionTurn,
} from './http-sessions/session-adapter.ts'
export { sessionAdapterTests } from './http-sessions/session-adapter-tests.ts'
export { sessionRaceTests, type SessionRaceTest } from './http-sessions/session-race-tests.ts'
export type { SessionAdapterTest } from './http-sessions/session-test.ts'
export { type ManualClock, manualClock } from './manual-clock.ts'
export type { RedisArgument } from './resp.ts'
export type { RestFault } from './rest/rest-fault.ts'
export { type RedisRest, startRedisRest, type StartRedisRestOptions } from './rest/start-redis-rest.ts'
export { type SentinelSetup, startSentinel, type StartSentinelOptions } from './sentinel/start-sentinel.ts'
export type { StartRedisOptions } from './server-settings.ts'
export { type RedisServer, startRedis } from './start-redis.ts'
export type { Certificate, ServerTls } from './tls/server-tls.ts'
export { type TlsMaterial, tlsMaterial } from './tls/tls-material.ts'
