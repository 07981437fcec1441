import { type RedisServer, startRedis } from '@redstart/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createRedstart, type Redstart, type RedstartOptions } from '../../src/index.ts'
import { redis } from '../../src/redis/index.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(() => server.stop())

function open(options: RedstartOptions = {}): Redstart {
  return createRedstart({ backend: redis(server.url), deadline: '5s', ...options })
}

it('is ready once Redis has answered, and from then on', async () => {
  const redstart = open()
  expect(await redstart.ready()).toEqual({ ready: true })
  expect(await redstart.ready({ timeout: '20s' })).toEqual({ ready: true })
  await redstart.close()
})

it('asks once where there is no time to try again', async () => {
  const redstart = open({ backend: redis({ host: '127.0.0.1', port: 1 }) })
  const begun = performance.now()
  expect(await redstart.ready({ timeout: 0 })).toMatchObject({ ready: false })
  expect(performance.now() - begun).toBeLessThan(5000)
  await redstart.close()
})

it('without a backend of its own is ready at once', async () => {
  const redstart = createRedstart()
  expect(await redstart.ready({ timeout: 0 })).toEqual({ ready: true })
  await redstart.close()
})

it('is not ready where nothing listens, says so after the time, and works all the same', async () => {
  const redstart = open({ backend: redis({ host: '127.0.0.1', port: 1 }), deadline: 100 })
  const begun = performance.now()
  expect(await redstart.ready({ timeout: 400 })).toMatchObject({
    ready: false,
    error: { name: 'RedstartError', code: expect.stringMatching(/^STORE_/) },
  })
  const took = performance.now() - begun
  expect(took).toBeGreaterThan(200)
  expect(took).toBeLessThan(8000)
  expect(await redstart.cache.getOrSet('menu:1', () => 'loaded')).toBe('loaded')
  await redstart.close()
})

it('waits for a Redis that comes later', async () => {
  server.pause()
  const redstart = open({ deadline: '1s' })
  const waiting = redstart.ready({ timeout: '30s' })
  setTimeout(() => server.resume(), 1500)
  expect(await waiting).toEqual({ ready: true })
  expect(await redstart.invalidate({ tags: ['a'] })).toEqual({ reached: 'all' })
  await redstart.close()
})

it('ends with the instance', async () => {
  const redstart = open({ backend: redis({ host: '127.0.0.1', port: 1 }), deadline: 100 })
  const waiting = redstart.ready({ timeout: '1h' })
  const ended = expect(waiting).rejects.toMatchObject({ code: 'CLOSED' })
  await redstart.close()
  await ended
  await expect(redstart.ready()).rejects.toMatchObject({ code: 'CLOSED' })
})

it.each([null, 5, { timeout: -1 }, { timeout: '5 s' }, { timeout: Number.NaN }])('refuses %j', async (options) => {
  const redstart = open()
  await expect(redstart.ready(options as never)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' }) // what types forbid
  await redstart.close()
})
