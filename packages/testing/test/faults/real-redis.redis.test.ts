import { setTimeout } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type FaultProxy, faultProxy, type RedisServer, startRedis } from '../../src/index.ts'

let redis: RedisServer
let proxy: FaultProxy
let client: Redis
beforeEach(async () => {
  redis = await startRedis({ password: 'p@ss' })
  proxy = await faultProxy(redis.url)
  client = new Redis(proxy.url, { retryStrategy: () => 20, maxRetriesPerRequest: 0, enableOfflineQueue: false })
  client.on('error', () => {})
  await expect.poll(() => client.status).toBe('ready')
})
afterEach(async () => {
  client.disconnect()
  await proxy.stop()
  await redis.stop()
})

it('a client works through it, with large values, and is told when the server restarts', async () => {
  const large = Buffer.alloc(3_000_000, 'redstart')
  await client.set('large', large)
  expect((await client.getBuffer('large'))?.equals(large)).toBe(true)
  await redis.restart()
  await expect.poll(async () => await client.ping().catch(() => ''), { timeout: 5000 }).toBe('PONG')
  expect(proxy.connections()).toBe(1)
})

it('a command in a black hole has no reply, and takes effect when the hole is gone', async () => {
  proxy.set({ toServer: { blackHole: true } })
  const late = client.set('k', 'v')
  expect(await Promise.race([late, setTimeout(100, 'silence')])).toBe('silence')
  expect(await redis.command('EXISTS', 'k')).toBe(0)
  proxy.clear()
  expect(await late).toBe('OK')
})

it('a command whose reply is lost did happen', async () => {
  proxy.set({ toClient: { cutAfter: 2 } })
  await expect(client.incr('n')).rejects.toThrow(/max retries/)
  expect(await redis.command('GET', 'n')).toBe('1')
})

it('latency adds to each trip, not to each command of a pipeline', async () => {
  proxy.set({ latency: { ms: 400 } })
  const before = performance.now()
  await client.pipeline().get('a').get('b').get('c').exec()
  const took = performance.now() - before
  expect(took).toBeGreaterThan(750)
  // Three trips would take 2400 ms.
  expect(took).toBeLessThan(2300)
})

it('a reset and a kill reach the server as well: it keeps no connection', async () => {
  const others = async (): Promise<number> =>
    String(await redis.command('CLIENT', 'LIST', 'TYPE', 'normal'))
      .trim()
      .split('\n').length - 1
  client.options.retryStrategy = () => null
  expect(await others()).toBe(1)
  proxy.set({ reset: true })
  await expect.poll(others).toBe(0)
  await expect.poll(() => client.status).toBe('end')
  proxy.clear()
  const next = new Redis(proxy.url)
  await next.ping()
  next.options.retryStrategy = () => null
  proxy.killAll()
  await expect.poll(others).toBe(0)
  await expect.poll(() => proxy.connections()).toBe(0)
})
