import { setTimeout } from 'node:timers/promises'
import { type CommandCounter, countCommands, type RedisServer, startRedis } from '@redstart/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRedstart, type Redstart, type RedstartEvent } from '../../src/index.ts'
import { redis } from '../../src/redis/index.ts'
import { nameOf } from './meter.ts'

const APP = 'outage'
const DEADLINE = 500
const MAX_STALENESS = 1000
/** What a busy machine may add, in ms. */
const SLACK = 4000

let server: RedisServer
let monitor: CommandCounter
let here: Redstart
let there: Redstart
let events: RedstartEvent[]

beforeEach(async () => {
  server = await startRedis()
  monitor = await countCommands(server.url)
  here = open()
  there = open()
  events = []
  for (const instance of [here, there]) {
    await instance.ready({ timeout: '30s' })
    await instance.cache.get('nothing')
  }
  here.events.subscribe((event) => events.push(event))
})
afterEach(async () => {
  server.resume()
  await Promise.all([here.close(), there.close()])
  monitor.close()
  await server.stop()
})

function open(): Redstart {
  return createRedstart({ backend: redis(server.url), app: APP, deadline: DEADLINE, maxStaleness: MAX_STALENESS })
}

/** The result of a call, and how long it took in ms. */
async function timed<T>(call: () => Promise<T>): Promise<{ readonly result: T; readonly ms: number }> {
  const begun = performance.now()
  const result = await call()
  return { result, ms: performance.now() - begun }
}

async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  const end = performance.now() + 10_000
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`not so within 10 s: ${String(condition)}`)
    await setTimeout(10)
  }
}

const storeErrors = (): string[] => events.flatMap((event) => (event.type === 'store.error' ? [event.operation] : []))
const load = (instance: Redstart, key: string, value: string): Promise<string> =>
  instance.cache.getOrSet(key, () => value, { tags: ['menu'] })

describe('while Redis does not answer', () => {
  it('a read takes its loader and one deadline, and tries no write after the read that failed', async () => {
    server.pause()
    const slow = async (): Promise<string> => {
      await setTimeout(60)
      return 'loaded'
    }
    const { result, ms } = await timed(() => here.cache.getOrSet('key', slow))
    expect(result).toBe('loaded')
    expect(ms).toBeLessThan(60 + DEADLINE + SLACK)
    expect(storeErrors()).toEqual(['read'])
    server.resume()
    await until(async () => (await server.command('PING')) === 'PONG')
    await setTimeout(50)
    expect(await server.command('EXISTS', `${APP}:default:key`)).toBe(0)
  })

  it('a miss of memory is the last read that waits: data younger than maxStaleness is served, older is not', async () => {
    await load(here, 'old', 'first')
    await setTimeout(MAX_STALENESS + 50)
    server.pause()
    expect(await load(here, 'old', 'second')).toBe('second')
    const { result, ms } = await timed(() => load(here, 'old', 'third'))
    expect(result).toBe('second')
    // The one before was the last to wait.
    expect([ms < SLACK, storeErrors()]).toEqual([true, ['read']])
    await setTimeout(MAX_STALENESS)
    expect(await load(here, 'old', 'fourth')).toBe('fourth')
  })

  it('an invalidation resolves within the deadline, and holds on its own instance at once', async () => {
    await load(here, 'key', 'first')
    server.pause()
    const { result, ms } = await timed(() => here.invalidate({ tags: ['menu'] }))
    expect(result).toEqual({ reached: 'here' })
    expect(ms).toBeLessThan(DEADLINE + SLACK)
    expect(here.cache.stats().pendingInvalidations).toBe(1)
    expect(await load(here, 'key', 'second')).toBe('second')
  })

  it("an invalidation with require: 'all' rejects, and is sent again all the same", async () => {
    server.pause()
    const { result, ms } = await timed(() =>
      here.invalidate({ tags: ['menu'] }, { require: 'all' }).catch((error: unknown) => error),
    )
    expect(result).toMatchObject({ code: 'NOT_REACHED' })
    expect(ms).toBeLessThan(DEADLINE + SLACK)
    expect(here.cache.stats().pendingInvalidations).toBe(1)
  })

  it('fifty reads at once wait no longer than one', async () => {
    server.pause()
    const keys = Array.from({ length: 50 }, (_, key) => `key${key}`)
    const { result, ms } = await timed(() => Promise.all(keys.map((key) => load(here, key, key))))
    expect(result).toEqual(keys)
    expect(ms).toBeLessThan(DEADLINE + SLACK)
  })
})

describe('when Redis answers again', () => {
  it('what was invalidated meanwhile is sent before anything is read, and other instances see it', async () => {
    await load(here, 'key', 'first')
    expect(await load(there, 'key', 'unused')).toBe('first')
    server.pause()
    expect(await here.invalidate({ tags: ['menu'] })).toEqual({ reached: 'here' })
    server.resume()
    // The invalidation that timed out may still be carried out; what is waited for is that it was sent again.
    await until(async () => {
      monitor.reset()
      await load(here, `other${performance.now()}`, 'other')
      return here.cache.stats().pendingInvalidations === 0
    })
    await monitor.settled()
    const commands = monitor.commands().map(nameOf)
    expect(commands).toContain('GET')
    expect(commands.lastIndexOf('invalidate')).toBeGreaterThanOrEqual(0)
    expect(commands.lastIndexOf('invalidate')).toBeLessThan(commands.indexOf('GET'))
    expect(events.filter(({ type }) => type === 'pending.replayed')).toEqual([{ type: 'pending.replayed', names: 1 }])
    await setTimeout(MAX_STALENESS)
    expect(await load(there, 'key', 'second')).toBe('second')
    expect(await here.invalidate({ tags: ['menu'] })).toEqual({ reached: 'all' })
  })

  it('after a restart the cache is cold, and never stale', async () => {
    await load(here, 'key', 'first')
    await load(there, 'key', 'unused')
    await server.restart()
    await until(async () => (await there.invalidate({ tags: ['menu'] })).reached === 'all')
    expect(await load(there, 'key', 'second')).toBe('second')
    await setTimeout(MAX_STALENESS)
    await until(() => events.some((event) => event.type === 'view.reset') || load(here, 'probe', '').then(() => false))
    expect(await load(here, 'key', 'third')).toBe('second')
    expect(events).toContainEqual(expect.objectContaining({ type: 'view.reset', reason: 'generation' }))
  })
})
