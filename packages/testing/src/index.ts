/** A real Redis for tests, a clock that tests drive, and counters of what a piece of code costs. */
export { type ManualClock, manualClock } from './manual-clock.ts'
export type { RedisArgument } from './resp.ts'
export { type RedisServer, startRedis, type StartRedisOptions } from './start-redis.ts'
