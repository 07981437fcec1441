import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Backend, StoreContext } from '../../src/backend.ts'
import type { CacheStore } from '../../src/cache/cache-store.ts'
import { redis } from '../../src/redis/index.ts'
import type { SessionStore } from '../../src/session/session-store.ts'
import { G1, invalidation, Server, until } from '../redis/server.ts'
import { load, make, newContext, ofUser, TIMEOUT } from './open-sessions.ts'

let server: Server
beforeAll(async () => {
  server = await Server.start()
})
afterAll(async () => await server.stop())

let backend: Backend
let context: StoreContext
beforeEach(() => {
  context = newContext()
})

function sessionsOf(namespace = 'web', of: StoreContext = context): SessionStore {
  return backend.sessions?.(of, { namespace }) ?? expect.fail('Redis keeps no sessions')
}

async function useCache(store: CacheStore): Promise<void> {
  await store.read({ keys: ['n:k'], names: ['t'], question: { candidate: G1, keep: 60_000 } }, TIMEOUT)
}

describe.each([1, 3])('the stores of one instance, with a pool of %i', (poolSize) => {
  beforeEach(() => {
    backend = redis({ url: server.url, poolSize })
  })

  it('have one set of connections', async () => {
    const cache = backend.cache(context)
    for (let n = 0; n < poolSize; n += 1) await useCache(cache)
    const alone = await server.connections()
    const [web, admin] = [sessionsOf(), sessionsOf('admin')]
    const made = await make(web)
    for (let n = 0; n < 10; n += 1) await Promise.all([load(web, made), load(admin, made), useCache(cache)])
    web.subscribe(() => {})
    await setTimeout(50)
    expect(await server.connections()).toBe(Math.max(alone, poolSize))
    await Promise.all([cache.close(), web.close(), admin.close()])
    await until(async () => (await server.connections()) === 0)
  })

  it('keep them until the last one is closed, and each is closed by itself', async () => {
    const [cache, sessions] = [backend.cache(context), sessionsOf()]
    await useCache(cache)
    const made = await make(sessions)
    await cache.close()
    await expect(useCache(cache)).rejects.toMatchObject({ code: 'CLOSED' })
    expect(await load(sessions, made)).toMatchObject({ kind: 'loaded' })
    // One that is opened later shares them as well.
    const again = backend.cache(context)
    await useCache(again)
    await sessions.close()
    await expect(load(sessions, made)).rejects.toMatchObject({ code: 'CLOSED' })
    await useCache(again)
    await again.close()
    await until(async () => (await server.connections()) === 0)
    // And one that is opened after the last has connections again.
    const anew = sessionsOf()
    expect(await load(anew, made)).toMatchObject({ kind: 'loaded' })
    await anew.close()
    await until(async () => (await server.connections()) === 0)
  })

  it('are told both invalidations and revocations', async () => {
    const [cache, sessions] = [backend.cache(context), sessionsOf()]
    const heard: unknown[] = []
    cache.subscribe(({ names }) => heard.push(...names))
    sessions.subscribe(({ tag }) => heard.push(tag))
    await useCache(cache)
    const { tag } = ofUser()
    await cache.invalidate(invalidation(['t:a']), TIMEOUT)
    await sessions.revokeAll({ tag }, TIMEOUT)
    await until(() => heard.length >= 2)
    expect(heard).toEqual(['t:a', tag])
    await Promise.all([cache.close(), sessions.close()])
  })

  it('have one breaker', async () => {
    backend = redis({ url: server.url, poolSize, breaker: { failures: 3, openFor: '60s' } })
    const [cache, sessions] = [backend.cache(context), sessionsOf()]
    const made = await make(sessions)
    await useCache(cache)
    server.pause()
    for (let n = 0; n < 3; n += 1) {
      await cache.read({ keys: ['n:k'] }, 50).catch(() => {})
      await setTimeout(5)
    }
    const begun = performance.now()
    await expect(load(sessions, made)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    await expect(
      sessions.revoke({ addresses: [made.address], durability: { replicas: 1, within: 10 } }, TIMEOUT),
    ).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    expect(performance.now() - begun).toBeLessThan(TIMEOUT / 2)
    server.resume()
    await Promise.all([cache.close(), sessions.close()])
  })
})

it('stores of different contexts have connections of their own', async () => {
  backend = redis(server.url)
  const [one, two] = [sessionsOf('web', { ...context }), sessionsOf('web', { ...context })]
  const made = await make(one)
  await load(two, made)
  expect(await server.connections()).toBe(2)
  await one.close()
  expect(await load(two, made)).toMatchObject({ kind: 'loaded' })
  await two.close()
  await until(async () => (await server.connections()) === 0)
})
