import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Redstart } from '../../src/index.ts'
import { Meter } from '../cost/meter.ts'

let meter: Meter
beforeAll(async () => {
  meter = await Meter.start()
})
afterAll(() => meter[Symbol.asyncDispose]())

let apps = 0
let app = ''
let writer: Redstart
beforeEach(async () => {
  app = `trips${++apps}`
  writer = await meter.open(app)
})

const range = (size: number): number[] => Array.from({ length: size }, (_, n) => n)
const keysOf = (size: number): string[] => range(size).map((id) => `menu:${id}`)
const NOTHING = { trips: 0, commands: [] }

async function stored(size: number): Promise<void> {
  await writer.cache.setMany(keysOf(size).map((key, id) => [key, { id }]))
}

describe('getMany', () => {
  it.each([2, 10, 65, 200, 1500])(
    'of %i keys costs one trip, one command for 64 of them, and nothing again',
    async (size) => {
      await stored(size)
      const reader = await meter.open(app)
      // It finds out how far back the view has to remember.
      await reader.cache.get('menu:0')
      const cost = await meter.costOf(async () => {
        expect((await reader.cache.getMany(keysOf(size))).size).toBe(size)
      })
      expect(cost.trips).toBe(1)
      expect(new Set(cost.commands)).toEqual(new Set(size === 2 ? ['GET'] : ['MGET']))
      expect(cost.commands).toHaveLength(Math.ceil((size - 1) / 64))
      expect(await meter.costOf(() => reader.cache.getMany(keysOf(size)))).toEqual(NOTHING)
    },
  )

  it('asks once for a key that is given twice, and not for what memory has', async () => {
    await stored(3)
    const reader = await meter.open(app)
    await reader.cache.get('menu:0')
    const cost = await meter.costOf(() =>
      reader.cache.getMany(['menu:0', 'menu:1', 'menu:1', ['menu', '1'], 'menu:none']),
    )
    expect(cost).toEqual({ trips: 1, commands: ['MGET'] })
  })

  it('with strict consistency asks the question once for all', async () => {
    await stored(20)
    const reader = await meter.open(app, { consistency: 'strict' })
    await reader.cache.getMany(keysOf(20))
    expect(await meter.costOf(() => reader.cache.getMany(keysOf(20)))).toEqual({ trips: 1, commands: ['ask'] })
  })
})

describe('many', () => {
  it.each([10, 64, 100])('of %i that Redis has costs one trip', async (size) => {
    await stored(size)
    const reader = await meter.open(app)
    const dish = reader.cache.define('menu', { key: (id: number) => id }, (): never => expect.fail('nothing is loaded'))
    await dish(0)
    const cost = await meter.costOf(async () => expect((await dish.many(range(size))).size).toBe(size))
    expect(cost.trips).toBe(1)
    expect(await meter.costOf(() => dish.many(range(size)))).toEqual(NOTHING)
  })

  it.each([10, 100, 500])(
    'of %i that nobody has costs one trip to look, one load and one trip to store',
    async (size) => {
      const sizes: number[] = []
      const reader = await meter.open(app)
      const dish = reader.cache.define(
        'menu',
        { key: (id: number) => id, loadMany: (ids: readonly number[]) => (sizes.push(ids.length), ids.map(String)) },
        String,
      )
      const cost = await meter.costOf(() => dish.many(range(size)))
      expect(sizes).toEqual([size])
      expect(cost.trips).toBe(2)
      expect(cost.commands.filter((name) => name === 'write')).toHaveLength(size)
    },
  )
})

describe('others', () => {
  it('setMany costs an invalidation, and one trip for all writes', async () => {
    const cost = await meter.costOf(() => stored(50))
    expect(cost.trips).toBe(2)
    expect(cost.commands[0]).toBe('invalidate')
    expect(cost.commands.slice(1)).toEqual(range(50).map(() => 'write'))
  })

  it('what memory answers costs nothing', async () => {
    await stored(1)
    expect(await meter.costOf(() => writer.cache.has('menu:0'))).toEqual(NOTHING)
    expect(await meter.costOf(() => writer.cache.ttl('menu:0'))).toEqual(NOTHING)
    expect(await meter.costOf(async () => writer.cache.peek('menu:0'))).toEqual(NOTHING)
    expect(await meter.costOf(async () => writer.cache.peek('menu:none'))).toEqual(NOTHING)
    expect(await meter.costOf(() => writer.cache.token())).toEqual(NOTHING)
  })

  it('a touch costs one trip', async () => {
    await stored(1)
    // The first one brings the script.
    await writer.cache.touch('menu:0')
    expect(await meter.costOf(() => writer.cache.touch('menu:0'))).toEqual({ trips: 1, commands: ['touch'] })
  })

  it('set with a token costs one trip, the write', async () => {
    const at = await writer.cache.token()
    expect(await meter.costOf(() => writer.cache.set('menu:0', 1, { at }))).toEqual({ trips: 1, commands: ['write'] })
  })
})
