/** Keeps everything in Redis 7.0 or later, or Valkey 7.2 or later: `redis()`. */
export { redis } from './redis.ts'
export type { RedisBreakerOptions, RedisClient, RedisConnectionOptions } from './settings.ts'
