import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Redstart } from '../../src/index.ts'
import { Meter } from '../cost/meter.ts'

let meter: Meter
beforeAll(async () => {
  meter = await Meter.start()
})
afterAll(() => meter[Symbol.asyncDispose]())

const NOTHING = { trips: 0, commands: [] }
const READ = { trips: 1, commands: ['GET'] }
const load = (): string => 'value'
const refuse = (): never => {
  throw new Error('nothing should have been loaded')
}

let apps = 0
let app = ''
let here: Redstart
beforeEach(async () => {
  apps += 1
  app = `tracked${apps}`
  here = await open()
})

/** An instance to which changes are told. */
async function open(maxStaleness: '60s' | 1200 = '60s'): Promise<Redstart> {
  const instance = await meter.open(app, { coherence: 'tracking', maxStaleness })
  await instance.cache.getOrSet('ready', load)
  await settled(instance, 'ready')
  return instance
}

/** Until memory answers: no word of a change, or of what was said to be confirmed, is on its way. */
async function settled({ cache, events }: Redstart, key: string): Promise<void> {
  let l1 = false
  const stop = events.subscribe((event) => void (event.type === 'cache.hit' && (l1 = event.tier === 'l1')))
  for (const end = performance.now() + 20_000; !l1; await setTimeout(2)) {
    if (performance.now() > end) throw new Error('memory was not used within 20 s')
    await cache.get(key)
  }
  stop()
  await setTimeout(20)
}

/** Time for word of a change to come, which is under 1 ms on a quiet machine. */
const TOLD_MS = 500

describe('with changes told', () => {
  it('a hit of memory costs nothing', async () => {
    expect(await meter.costOf(() => here.cache.getOrSet('ready', refuse))).toEqual(NOTHING)
    expect(await meter.costOf(() => here.cache.get('ready'))).toEqual(NOTHING)
  })

  it('a load costs two trips as without, and afterwards one read, once', async () => {
    expect(await meter.costOf(() => here.cache.getOrSet('key', load))).toEqual({
      trips: 2,
      commands: ['GET', 'write'],
    })
    await setTimeout(TOLD_MS)
    expect(await meter.costOf(() => here.cache.getOrSet('key', refuse))).toEqual(READ)
    expect(await meter.costOf(() => here.cache.getOrSet('key', refuse))).toEqual(NOTHING)
  })

  it('a write of another instance costs each that has the entry in memory one read, once', async () => {
    const there = await open()
    await here.cache.set('key', 'first')
    await settled(there, 'key')
    await settled(here, 'key')
    await here.cache.set('key', 'second')
    await setTimeout(TOLD_MS)
    for (const { cache } of [here, there]) {
      const cost = await meter.costOf(async () => expect(await cache.get('key')).toBe('second'))
      expect(cost.trips).toBe(1)
      expect(await meter.costOf(() => cache.get('key'))).toEqual(NOTHING)
    }
  })

  it('a change that concerns nothing in memory costs no command', async () => {
    const cost = await meter.costOf(async () => {
      await meter.server.command('SET', `${app}:default:other`, 'x')
      await here.cache.get('ready')
    })
    expect(cost).toEqual({ trips: 0, commands: ['SET'] })
  })

  it('use costs one PING beside the one question, each half maxStaleness, and no use costs nothing', async () => {
    const short = await open(1200)
    const cost = await meter.costOf(async () => {
      for (const end = performance.now() + 3000; performance.now() < end; await setTimeout(5))
        await short.cache.get('ready')
    })
    const count = (name: string): number => cost.commands.filter((command) => command === name).length
    expect(cost.commands.filter((command) => command !== 'PING' && command !== 'ask')).toEqual([])
    expect(count('PING')).toBeGreaterThanOrEqual(3)
    expect(count('PING')).toBeLessThanOrEqual(11)
    expect(count('ask')).toBeLessThanOrEqual(11)
    expect(await meter.costOf(() => setTimeout(1300))).toEqual(NOTHING)
  })
})
