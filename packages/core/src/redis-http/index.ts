/** Keeps everything in a Redis behind HTTP, for places where no socket outlives its request: `redisHttp()`. */
export type { HttpFetch, RedisHttpOptions } from './options.ts'
export { redisHttp } from './redis-http.ts'
