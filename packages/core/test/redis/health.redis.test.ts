import { createRedstart } from '@redstart/core'
import { redis } from '@redstart/core/redis'
import { startRedis, startSentinel } from '@redstart/testing'
import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { serverOf } from '../../src/redis/info.ts'

test('memory is always well', async () => {
  const { cache, health, close } = createRedstart()
  expect(await health()).toMatchObject({ state: 'ok', backend: 'memory', coherenceLag: undefined, warnings: [] })
  await cache.get('k:1')
  expect((await health()).coherenceLag).toBeGreaterThanOrEqual(0)
  await close()
  expect(await health()).toMatchObject({ state: 'down', error: 'CLOSED' })
})

test('says what the server is, and warns of a policy that evicts everything', async () => {
  await using server = await startRedis({ args: ['--maxmemory', '50mb', '--maxmemory-policy', 'allkeys-lru'] })
  const { cache, health, close } = createRedstart({ backend: redis(server.url), app: 'health', deadline: '5s' })
  await cache.set('k:1', 1)
  const told = await health()
  expect(told).toMatchObject({
    state: 'ok',
    backend: 'redis',
    error: undefined,
    pendingInvalidations: 0,
    store: {
      breakers: { open: 0, of: 1 },
      server: { role: 'master', maxMemory: 50 * 1024 * 1024, evictionPolicy: 'allkeys-lru' },
    },
  })
  expect(told.store?.server?.version).toMatch(/^\d+\.\d+\.\d+$/)
  expect(told.store?.server?.usedMemory).toBeGreaterThan(100_000)
  expect(told.store?.roundTrip).toBeGreaterThan(0)
  expect(told.warnings).toEqual([expect.stringMatching(/^maxmemory-policy is allkeys-lru/)])
  await close()
})

test('is down while the server stands still, for one deadline; degraded while invalidations wait; and then well', async () => {
  await using server = await startRedis()
  const { cache, health, invalidate, close } = createRedstart({ backend: redis(server.url), deadline: '1s' })
  await cache.set('k:1', 1)
  server.pause()
  const begun = performance.now()
  expect(await health()).toMatchObject({ state: 'down', store: undefined, error: 'STORE_TIMEOUT' })
  expect(performance.now() - begun).toBeLessThan(10_000)
  expect(await invalidate({ tags: ['t'] })).toEqual({ reached: 'here' })
  const asked = health()
  server.resume()
  expect(await asked).toMatchObject({ state: 'degraded', pendingInvalidations: 1 })
  // Sent again without anybody's use.
  await expect.poll(async () => (await health()).state).toBe('ok')
  await close()
})

test('a read-only replica is no place for a cache, and the warning says so', async () => {
  await using master = await startRedis()
  await using replica = await startRedis({ args: ['--replicaof', master.host, String(master.port)] })
  const { health, close } = createRedstart({ backend: redis(replica.url), deadline: '5s' })
  await expect.poll(async () => (await health()).warnings).toEqual([expect.stringMatching(/READONLY|replica/)])
  expect((await health()).state).toBe('down')
  await close()
})

test('behind Sentinel, a master that needs no replica to take writes is warned of, for as long as that is so', async () => {
  await using setup = await startSentinel({ args: ['--min-replicas-to-write', '1'] })
  const [sentinel] = setup.sentinels
  const given = new Redis({
    sentinels: [{ host: sentinel?.host ?? '', port: sentinel?.port ?? 0 }],
    name: setup.name,
    lazyConnect: true,
  })
  const instances = [setup.url, given].map((target) => createRedstart({ backend: redis(target), deadline: '5s' }))
  const told = async (): Promise<object[]> =>
    Promise.all(
      instances.map(async ({ health }) => {
        const { state, store, warnings } = await health()
        return { state, behind: store?.server?.behindSentinel, fenced: store?.server?.fenced, warnings }
      }),
    )
  const well = { state: 'ok', behind: true, fenced: true, warnings: [] }
  const warned = { ...well, fenced: false, warnings: [expect.stringMatching(/^min-replicas-to-write is off behind /)] }
  const master = await setup.master()
  expect(await told()).toEqual([well, well])
  await master.command('CONFIG', 'SET', 'min-replicas-to-write', '0')
  expect(await told()).toEqual([warned, warned])
  await master.command('CONFIG', 'SET', 'min-replicas-to-write', '1')
  expect(await told()).toEqual([well, well])
  // The other half of the setting turns all of it off.
  await master.command('CONFIG', 'SET', 'min-replicas-max-lag', '0')
  expect(await told()).toEqual([warned, warned])
  await Promise.all(instances.map(({ close }) => close()))
})

test('a server that no sentinel named is not warned of: nobody replaces it', async () => {
  await using server = await startRedis()
  const { health, close } = createRedstart({ backend: redis(server.url), deadline: '5s' })
  expect(await health()).toMatchObject({ warnings: [], store: { server: { behindSentinel: false, fenced: false } } })
  await close()
})

test('an INFO without what is looked for gives no nonsense', () => {
  expect(serverOf('', false)).toEqual({
    version: 'unknown',
    role: 'master',
    usedMemory: 0,
    maxMemory: 0,
    evictionPolicy: 'unknown',
    behindSentinel: false,
    fenced: false,
  })
  expect(serverOf('# Server\r\nredis_version:7.2.4\r\nvalkey_version:8.0.1\r\nrole:slave\r\n', false)).toMatchObject({
    version: '8.0.1',
    role: 'replica',
  })
})
