import { setTimeout } from 'node:timers/promises'
import { type FaultProxy, type Faults, faultProxy, type RedisServer, startRedis } from '@redstart/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRedstart, type Redstart, type RedstartEvent, type RedstartOptions } from '../../src/index.ts'
import { trackedThrough } from './apart.ts'
import { Stalls } from './follow.ts'
import { ForeignWriter } from './foreign-writer.ts'

const APP = 'shop'
const PATH = 'menu:dish'
const KEY = `${APP}:${PATH}`
const MAX_STALENESS = 800
const DEADLINE = 1000
/** What timers may add, in ms, beside pauses of this process; on a machine that does something else as well, far more. */
const SLACK = process.env['REDSTART_SOAK'] === '1' ? 60 : 3 * MAX_STALENESS

let server: RedisServer
let proxy: FaultProxy
let writer: ForeignWriter
let opened: Redstart[]

beforeEach(async () => {
  server = await startRedis()
  proxy = await faultProxy(server.url)
  writer = new ForeignWriter(server.port)
  opened = []
})
afterEach(async () => {
  server.resume()
  await Promise.all(opened.map((instance) => instance.close()))
  writer.close()
  await proxy.stop()
  await server.stop()
})

/** An instance whose connection for changes goes through the proxy; with an entry in memory, written by somebody else. */
async function open(options: RedstartOptions = {}): Promise<Redstart> {
  const instance = createRedstart({
    backend: trackedThrough(server.port, proxy.port),
    app: APP,
    coherence: 'tracking',
    maxStaleness: MAX_STALENESS,
    deadline: DEADLINE,
    ...options,
  })
  opened.push(instance)
  await writer.learn(KEY, () => instance.cache.set(PATH, 'first'))
  await writer.set(KEY, 'before')
  await until(async () => (await readFromMemory(instance)) === 'before')
  return instance
}

/** What memory has; undefined where it had to be read elsewhere. */
async function readFromMemory({ cache, events }: Redstart, path = PATH): Promise<unknown> {
  let l1 = false
  const stop = events.subscribe((event) => void (event.type === 'cache.hit' && (l1 = event.tier === 'l1')))
  const value = await cache.get(path)
  stop()
  return l1 ? value : undefined
}

async function until(condition: () => Promise<boolean> | boolean, ms = 20_000): Promise<void> {
  const end = performance.now() + ms
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`not so within ${ms} ms: ${String(condition)}`)
    await setTimeout(2)
  }
}

/**
 * Reads without pause until nothing has been `old` for so many ms, at most 20 s; how long after the first the last read
 * began that still returned it.
 */
async function lastSeen(read: () => Promise<unknown>, old: unknown, ms: number): Promise<number> {
  const since = performance.now()
  const stalls = new Stalls()
  let last = 0
  let lastAt = since
  for (let began = since; began - lastAt < ms && began - since < 20_000; began = performance.now()) {
    const stalled = stalls.since(since)
    if ((await read()) === old) [last, lastAt] = [began - since - stalled, began]
    await setTimeout(1)
  }
  stalls.stop()
  return last
}

describe('while the connection that tells changes is silent', () => {
  const faults: readonly (readonly [string, Faults])[] = [
    ['nothing passes', { blackHole: true }],
    ['nothing comes back', { toClient: { blackHole: true } }],
    ['its other end is gone', { halfOpen: true }],
  ]

  it.each(faults)('because %s, memory is used no longer than maxStaleness; later it is again', async (_, fault) => {
    const instance = await open()
    proxy.set(fault)
    await writer.set(KEY, 'after')
    const last = await lastSeen(() => instance.cache.get(PATH), 'before', MAX_STALENESS)
    expect(last).toBeLessThanOrEqual(MAX_STALENESS + SLACK)
    for (let n = 0; n < 20; n++) {
      await writer.set(KEY, n)
      expect(await instance.cache.get(PATH)).toBe(n)
    }
    proxy.clear()
    await until(async () => (await readFromMemory(instance)) === 19)
    await writer.set(KEY, 'told')
    await until(async () => (await readFromMemory(instance)) === 'told')
  })

  it('it says so, and reads cost no more time than those that Redis answers', async () => {
    const instance = await open()
    const events: RedstartEvent[] = []
    proxy.set({ blackHole: true })
    await setTimeout(2 * MAX_STALENESS)
    instance.events.subscribe((event) => void events.push(event))
    const stalls = new Stalls()
    const begun = performance.now()
    for (let n = 0; n < 50; n++) expect(await instance.cache.get(PATH)).toBe('before')
    expect(performance.now() - begun - stalls.since(begun)).toBeLessThan(50 * DEADLINE * 0.5)
    stalls.stop()
    await until(() => events.some((event) => event.type === 'store.error'))
    const errors = events.filter((event) => event.type === 'store.error')
    for (const error of errors) expect(error).toMatchObject({ operation: 'track', code: /STORE_/ })
  })
})

describe('while Redis stands still', () => {
  const load = (): string => 'loaded'
  const read = ({ cache }: Redstart, path = PATH): Promise<string> => cache.getOrSet(path, load)

  it("memory is used only while it is younger than maxStaleness, with outage: 'load'", async () => {
    const instance = await open()
    server.pause()
    expect(await read(instance)).toBe('before')
    const last = await lastSeen(() => read(instance), 'before', MAX_STALENESS)
    expect(last).toBeLessThanOrEqual(MAX_STALENESS + SLACK)
    expect(await read(instance)).toBe('loaded')
  })

  it("memory is used for longer with outage: 'serve'", async () => {
    const instance = await open({ outage: 'serve' })
    server.pause()
    await setTimeout(2 * MAX_STALENESS)
    for (let n = 0; n < 5; n++) expect(await read(instance)).toBe('before')
  })

  it.each(['load', 'serve'] as const)('what is known to be changed is never used, with outage: %j', async (outage) => {
    const instance = await open({ outage, maxStaleness: '10s' })
    await writer.set(`${APP}:menu:other`, 'other')
    expect(await instance.cache.get('menu:other')).toBe('other')
    await until(async () => (await readFromMemory(instance, 'menu:other')) === 'other')
    await writer.client.del(KEY)
    await until(async () => (await instance.cache.get(PATH)) === undefined)
    await until(async () => (await readFromMemory(instance, 'menu:other')) === 'other')
    server.pause()
    expect(await read(instance)).toBe('loaded')
    expect(await read(instance, 'menu:other')).toBe('other')
  })

  it('and comes back without its data, nothing of before is used once memory is too old for an outage', async () => {
    const instance = await open()
    await server.restart()
    const last = await lastSeen(() => read(instance), 'before', MAX_STALENESS)
    expect(last).toBeLessThanOrEqual(MAX_STALENESS + SLACK)
    await until(async () => (await readFromMemory(instance)) === 'loaded')
  })
})
