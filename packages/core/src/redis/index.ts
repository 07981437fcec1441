/** Keeps everything in Redis 7.0 or later, or Valkey 7.2 or later: `redis()`. */
export type { RedisAddress, RedisNatMap } from './cluster/address.ts'
export type {
  RedisBreakerOptions,
  RedisClient,
  RedisClusterOptions,
  RedisConnectionOptions,
  RedisSentinelOptions,
} from './options.ts'
export { auditStream, type AuditCounts, type AuditStream } from './audit/audit-stream.ts'
export type { AuditStreamOptions } from './audit/audit-options.ts'
export { redis } from './redis.ts'
