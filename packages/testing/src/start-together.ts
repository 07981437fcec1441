import type { RedisServer } from './start-redis.ts'

/** Starts several servers at a time. When one fails, the others are stopped and its error is thrown. */
export async function startTogether(
  count: number,
  start: (index: number) => Promise<RedisServer>,
): Promise<readonly RedisServer[]> {
  const results = await Promise.allSettled(Array.from({ length: count }, async (_, index) => await start(index)))
  const servers = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  const failed = results.find((result) => result.status === 'rejected')
  if (failed === undefined) return servers
  await stopTogether(servers)
  throw failed.reason
}

/** Stops several servers at a time. */
export async function stopTogether(servers: readonly RedisServer[]): Promise<void> {
  await Promise.all(servers.map(async (server) => await server.stop()))
}
