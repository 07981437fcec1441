import { channel } from 'node:diagnostics_channel'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { RedstartEvent } from '../../src/index.ts'
import { memory } from '../../src/memory/index.ts'
import { HOOKS, type Hooks } from '../../src/telemetry/hooks.ts'
import { Telemetry } from '../../src/telemetry/telemetry.ts'
import { counter, open } from '../cache/instance.ts'

const place = { namespace: 'menu', key: 'menu:1' }

describe('a hook', () => {
  it('hears of its own kind alone, until it is stopped', async () => {
    const { cache, events } = open()
    const heard: string[] = []
    const stops = (['hit', 'miss', 'load', 'set', 'delete', 'invalidate'] as const).map((name) =>
      events.on(name, ({ type }) => void heard.push(`${name} ${type}`)),
    )
    await cache.getOrSet('menu:1', () => 1)
    await cache.getOrSet('menu:1', () => 1)
    await cache.delete('menu:1')
    const all = [
      'miss cache.miss',
      'load cache.load',
      'set cache.write',
      'hit cache.hit',
      'invalidate cache.invalidate',
      'delete cache.delete',
    ]
    expect(heard).toEqual(all)
    for (const stop of stops) stop()
    await cache.getOrSet('menu:1', () => 1)
    expect(heard).toEqual(all)
  })

  it('can be heard once', async () => {
    const { cache, events } = open()
    const [heard, never] = [vi.fn(), vi.fn()]
    events.once('miss', heard)
    events.once('miss', never)()
    for (const key of ['menu:1', 'menu:2']) await cache.get(key)
    expect(heard.mock.calls).toEqual([[{ type: 'cache.miss', ...place, reason: 'absent' }]])
    expect(never).not.toHaveBeenCalled()
  })

  it('counts each call: the same function is told twice, and stops twice', async () => {
    const { cache, events } = open()
    const heard = vi.fn()
    const stop = events.on('miss', heard)
    events.on('miss', heard)
    await cache.get('menu:1')
    stop()
    stop()
    await cache.get('menu:1')
    expect(heard).toHaveBeenCalledTimes(3)
  })

  it.each([['hits'], ['cache.hit'], ['toString'], [undefined]])('is refused under the name %j', (name) => {
    const { events } = open()
    // @ts-expect-error names of no hooks
    expect(() => events.on(name, () => undefined)).toThrow(/one of hit, miss, load/)
  })

  it('is refused without a listener', () => {
    const { events } = open()
    for (const listen of [events.on, events.once])
      // @ts-expect-error what a caller without types may pass
      expect(() => listen('hit', undefined)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
  })

  it('makes nothing be built of other kinds', async () => {
    const emit = vi.spyOn(Telemetry.prototype, 'emit')
    const { createRedstart } = await import('../../src/index.ts')
    const { cache, events } = createRedstart()
    events.on('miss', () => undefined)
    const load = counter()
    for (let n = 0; n < 3; n++) await cache.getOrSet('menu:1', load)
    await cache.set('menu:2', 2)
    await cache.delete('menu:2')
    expect(emit.mock.calls.map(([{ type }]) => type)).toEqual(['view.reset', 'cache.miss'])
    emit.mockRestore()
  })
})

describe('a listener that fails', () => {
  it.each([
    [
      'throws',
      () => {
        throw new Error('broken')
      },
    ],
    ['rejects', () => Promise.reject(new Error('broken'))],
  ])('is told once, and breaks nothing, when it %s', async (_, broken) => {
    const warn = vi.fn()
    const { cache, events, clock, of } = open({ logger: { debug: vi.fn(), info: vi.fn(), error: vi.fn(), warn } })
    events.on('miss', broken)
    events.on('hit', broken)
    events.subscribe(broken)
    for (let n = 0; n < 3; n++) expect(await cache.getOrSet('menu:1', () => 1)).toBe(1)
    await clock.advanceAsync(0)
    const error = expect.objectContaining({ message: 'broken' })
    expect(of('listener.error')).toEqual([{ type: 'listener.error', error }])
    expect(warn.mock.calls).toEqual([[{ err: error }, 'redstart: a listener failed']])
  })
})

describe('entries that leave memory to make room', () => {
  it('are told after the one that takes their place is there', async () => {
    const { cache, events, of } = open({ l1: { maxEntries: 2 } })
    const there: boolean[][] = []
    events.on('evict', () => void there.push(['menu:1', 'menu:2', 'menu:3'].map((key) => cache.peek(key).hit)))
    for (const key of ['menu:1', 'menu:2', 'menu:3']) await cache.set(key, 1)
    expect(of('cache.evict')).toEqual([{ type: 'cache.evict', ...place }])
    expect(there).toEqual([[false, true, true]])
    expect(cache.stats({ namespace: 'menu' }).evictions).toBe(1)
  })

  it('are counted while nobody listens, and others that leave are not', async () => {
    const { createRedstart } = await import('../../src/index.ts')
    const { cache } = createRedstart({ l1: { maxEntries: 2 }, backend: memory() })
    for (let n = 0; n < 5; n++) await cache.set(`menu:${n}`, n)
    await cache.set('menu:4', 'again')
    await cache.delete('menu:4')
    await cache.clear()
    expect(cache.stats().overall.evictions).toBe(3)
  })

  it('may be read anew by their listener', async () => {
    const { cache, events } = open({ l1: { maxEntries: 1 } })
    const read: Promise<unknown>[] = []
    events.once('evict', ({ key }) => void read.push(cache.get(key)))
    await cache.set('menu:1', 'one')
    await cache.set('menu:2', 'two')
    expect(await Promise.all(read)).toEqual(['one'])
    expect(cache.stats().l1.entries).toBe(1)
  })
})

describe('the diagnostics channels', () => {
  const heard: unknown[] = []
  const listen = (message: unknown): void => void heard.push(message)
  afterEach(() => {
    for (const name of Object.keys(HOOKS)) channel(`redstart:${name}`).unsubscribe(listen)
    heard.length = 0
  })

  it('are one for each hook', () => {
    const telemetry = new Telemetry()
    for (const [name, type] of Object.entries(HOOKS)) {
      const told = channel(`redstart:${name}`)
      expect(telemetry.hears(type)).toBe(false)
      told.subscribe(listen)
      expect(telemetry.hears(type)).toBe(true)
      // Only its type matters on the way.
      const event = { type } as RedstartEvent
      telemetry.emit(event)
      expect(heard.splice(0)).toEqual([event])
      told.unsubscribe(listen)
    }
  })

  it('tell of hits in memory to who subscribes at any time', async () => {
    const { createRedstart } = await import('../../src/index.ts')
    const { cache } = createRedstart()
    for (let n = 0; n < 3; n++) await cache.getOrSet('menu:1', () => 1)
    channel('redstart:hit').subscribe(listen)
    await cache.getOrSet('menu:1', () => 1)
    channel('redstart:hit').unsubscribe(listen)
    await cache.getOrSet('menu:1', () => 1)
    expect(heard).toEqual([{ type: 'cache.hit', ...place, tier: 'l1', stale: false } satisfies Hooks['hit']])
  })
})
