import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Lag, watchLag } from './patience.ts'
import { APP, DEADLINE, MAX_STALENESS, openStage, type Stage } from './stage.ts'

let stage: Stage
let lag: Lag
beforeEach(async () => {
  // Nothing has to be asked meanwhile, and what is not stopped is in time on a busy machine, too.
  lag = watchLag()
  stage = await openStage({ deadline: 500, maxStaleness: '20s', redis: { connectTimeout: '1m' } })
})
afterEach(async () => {
  lag[Symbol.dispose]()
  await stage[Symbol.asyncDispose]()
})

const TAGS = { tags: ['menu'] } as const

/** Redis goes on, and all that it was sent meanwhile is carried out and answered. */
async function goOn(): Promise<void> {
  stage.server.resume()
  await lag.until('Redis answers', 5000, async () => (await stage.server.command('PING')) === 'PONG')
  await setTimeout(30)
}

const stored = (key: string): Promise<unknown> => stage.server.command('EXISTS', `${APP}:${key}`)

describe('after Redis stood still, what comes late', () => {
  it('to a read does not take the place of what was loaded meanwhile', async () => {
    const { server, here, there } = stage
    await there.cache.getOrSet('menu:key', () => 'stored before', TAGS)
    server.pause()
    expect(await here.cache.getOrSet('menu:key', () => 'loaded meanwhile', TAGS)).toBe('loaded meanwhile')
    const before = here.cache.stats()
    await goOn()
    expect(here.cache.stats()).toEqual(before)
    expect(await here.cache.getOrSet('menu:key', () => 'loaded after', TAGS)).toBe('loaded meanwhile')
    expect(here.cache.stats().namespaces['menu']).toMatchObject({ l1Hits: 1, l2Hits: 0, loads: 1 })
  })

  it('to many reads is never taken for the reply to another one', async () => {
    const { server, here, there } = stage
    const keys = Array.from({ length: 300 }, (_, number) => `menu:${number}`)
    const [early, late] = [keys.slice(0, 150), keys.slice(150)]
    for (const key of keys) await there.cache.getOrSet(key, () => key, TAGS)
    server.pause()
    const load = (key: string): Promise<string> => here.cache.getOrSet(key, () => `loaded ${key}`, TAGS)
    expect(await Promise.all(early.map(load))).toEqual(early.map((key) => `loaded ${key}`))
    server.resume()
    // Sent behind those that nobody waits for any more, whose replies come first.
    expect(await Promise.all(late.map(load))).toEqual(late)
    expect(await Promise.all(early.map(load))).toEqual(early.map((key) => `loaded ${key}`))
  })

  it('of a write is in Redis, and served by nobody once it was invalidated', async () => {
    const { server, here, there } = stage
    const first = here.cache.getOrSet(
      'menu:key',
      () => {
        server.pause()
        return 'first'
      },
      TAGS,
    )
    expect(await first).toBe('first')
    expect(await here.invalidate(TAGS)).toEqual({ reached: 'here' })
    expect(await here.cache.getOrSet('menu:key', () => 'second', TAGS)).toBe('second')
    await goOn()
    expect(await stored('menu:key')).toBe(1)
    await lag.until('the invalidation is sent', 5000, () => here.cache.stats().pendingInvalidations === 0)
    expect(await there.cache.getOrSet('menu:key', () => 'third', TAGS)).toBe('third')
    expect(await here.cache.getOrSet('menu:key', () => 'fourth', TAGS)).not.toBe('first')
  })

  it('of an invalidation leaves it waiting until it was sent again, and is carried out a second time without harm', async () => {
    const { server, here, there } = stage
    const clock = async (): Promise<number> => Number(await server.command('HGET', `{${APP}}:meta`, '$c'))
    expect(await there.cache.getOrSet('menu:key', () => 'first', TAGS)).toBe('first')
    const before = await clock()
    server.pause()
    expect(await here.invalidate(TAGS)).toEqual({ reached: 'here' })
    expect(here.cache.stats().pendingInvalidations).toBe(1)
    server.resume()
    await lag.until('it is sent again', 5000, () => here.cache.stats().pendingInvalidations === 0)
    expect(await clock()).toBeGreaterThanOrEqual(before + 2)
    const events = stage.events.filter(({ type }) => type === 'pending.replayed')
    expect(events).toEqual([{ type: 'pending.replayed', names: 1 }])
    expect(await there.cache.getOrSet('menu:key', () => 'second', TAGS)).toBe('second')
    expect(await here.cache.getOrSet('menu:key', () => 'third', TAGS)).toBe('second')
    const after = await clock()
    await setTimeout(2 * DEADLINE)
    expect(await clock()).toBe(after)
    expect(here.cache.stats().pendingInvalidations).toBe(0)
  })
})

describe('a question whose answer comes late', () => {
  it('does not make old data young', async () => {
    await using short = await openStage({ deadline: 1000, redis: { connectTimeout: '1m' } })
    const { server, proxy, here, there } = short
    await here.cache.getOrSet('menu:key', () => 'first', TAGS)
    proxy.set({ toClient: { blackHole: true } })
    await setTimeout(MAX_STALENESS + 10)
    // The question is sent and answered; what is invalidated behind it is not in its answer.
    expect(await here.cache.getOrSet('menu:other', () => 'loaded', TAGS)).toBe('loaded')
    expect(await there.invalidate(TAGS)).toEqual({ reached: 'all' })
    await server.command('CLIENT', 'KILL', 'TYPE', 'pubsub')
    await setTimeout(MAX_STALENESS)
    proxy.clear()
    expect(await here.cache.getOrSet('menu:key', () => 'second', TAGS)).toBe('second')
    expect(await here.cache.getOrSet('menu:other', () => 'loaded again', TAGS)).toBe('loaded again')
  })
})
