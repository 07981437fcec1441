import { setTimeout } from 'node:timers/promises'
import { manualClock } from '@redstart/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createRedstart, type Redstart } from '../../src/index.ts'
import { redis } from '../../src/redis/index.ts'
import { Meter } from './meter.ts'

let meter: Meter
beforeAll(async () => {
  meter = await Meter.start()
})
afterAll(() => meter[Symbol.asyncDispose]())

let apps = 0
let app = ''
let here: Redstart
beforeEach(async () => {
  apps += 1
  app = `app${apps}`
  here = await meter.open(app)
})

const NOTHING = { trips: 0, commands: [] }
const load = (): string => 'value'
const refuse = (): never => {
  throw new Error('nothing should have been loaded')
}

function tagsOf(count: number): string[] {
  return Array.from({ length: count }, (_, tag) => `tag${tag}`)
}

describe('a read', () => {
  it('that memory answers costs nothing', async () => {
    await here.cache.getOrSet('key', load)
    expect(await meter.costOf(() => here.cache.getOrSet('key', refuse))).toEqual(NOTHING)
    expect(await meter.costOf(() => here.cache.get('key'))).toEqual(NOTHING)
  })

  it('with strict consistency costs one trip, the question, where memory has the value', async () => {
    const strict = await meter.open(app, { consistency: 'strict' })
    await strict.cache.getOrSet('key', load)
    expect(await meter.costOf(() => strict.cache.getOrSet('key', refuse))).toEqual({ trips: 1, commands: ['ask'] })
  })

  it('that loads costs two trips, a look and a write', async () => {
    const cost = await meter.costOf(() => here.cache.getOrSet('key', load, { tags: ['a', 'b'] }))
    expect(cost).toEqual({ trips: 2, commands: ['GET', 'HMGET', 'write'] })
  })

  it.each([0, 1, 5, 64])(
    'of an entry with %i tags that Redis has costs one GET while the view remembers back far enough',
    async (count) => {
      const tags = tagsOf(count)
      const there = await meter.open(app)
      for (const key of ['first', 'second']) await here.cache.getOrSet(key, load, { tags })
      // The first one finds out how far back the view has to remember.
      await there.cache.getOrSet('first', refuse, { tags })
      expect(await meter.costOf(() => there.cache.getOrSet('second', refuse, { tags }))).toEqual({
        trips: 1,
        commands: ['GET'],
      })
    },
  )

  it.each([0, 1, 5, 64])(
    'of an entry with %i tags that is older than the view costs one trip, its markers included',
    async (count) => {
      const tags = tagsOf(count)
      await here.cache.getOrSet('key', load, { tags })
      await here.invalidate({ tags: ['another'] })
      const young = await meter.open(app)
      expect(await meter.costOf(() => young.cache.getOrSet('key', refuse, { tags }))).toEqual({
        trips: 1,
        commands: ['GET', 'HMGET'],
      })
      expect(await meter.costOf(() => young.cache.getOrSet('key', refuse, { tags }))).toEqual(NOTHING)
    },
  )

  it('that finds nothing is a GET alone once many in a row have found nothing', async () => {
    const young = await meter.open(app)
    for (let n = 0; n < 16; n += 1) await young.cache.get(`nothing:${n}`)
    expect(await meter.costOf(() => young.cache.get('nothing'))).toEqual({ trips: 1, commands: ['GET'] })
  })

  it('of an entry that is older than the view costs a second trip after many that have found nothing, but the first alone', async () => {
    for (const key of ['first', 'second']) await here.cache.getOrSet(key, load)
    await here.invalidate({ tags: ['another'] })
    const young = await meter.open(app)
    for (let n = 0; n < 16; n += 1) await young.cache.get(`nothing:${n}`)
    const cost = (key: string): Promise<unknown> => meter.costOf(() => young.cache.getOrSet(key, refuse))
    expect(await cost('first')).toEqual({ trips: 2, commands: ['GET', 'HMGET'] })
    expect(await cost('second')).toEqual({ trips: 1, commands: ['GET', 'HMGET'] })
  })

  it('after a pause that was too long for the view has its question in the same trip', async () => {
    const idle = await meter.open(app, { maxStaleness: 200 })
    await here.cache.getOrSet('key', load)
    await setTimeout(300)
    expect(await meter.costOf(() => idle.cache.getOrSet('key', refuse))).toEqual({
      trips: 1,
      commands: ['ask', 'GET', 'HMGET'],
    })
  })

  it('of fifty keys in one tick costs one trip and one command, beside that of their markers', async () => {
    const there = await meter.open(app)
    const keys = Array.from({ length: 50 }, (_, key) => `key${key}`)
    await Promise.all(keys.map((key) => here.cache.getOrSet(key, load)))
    const read = (): Promise<unknown> => Promise.all(keys.map((key) => there.cache.getOrSet(key, refuse)))
    expect(await meter.costOf(read)).toEqual({ trips: 1, commands: ['MGET', 'HMGET'] })
  })

  it('that fifty callers miss at the same time loads once', async () => {
    let loads = 0
    const count = async (): Promise<number> => {
      await setTimeout(20)
      loads += 1
      return loads
    }
    const { trips, commands } = await meter.costOf(async () => {
      const values = await Promise.all(Array.from({ length: 50 }, () => here.cache.getOrSet('key', count)))
      expect(new Set(values)).toEqual(new Set([1]))
    })
    expect(loads).toBe(1)
    expect(trips).toBe(2)
    expect(commands.filter((command) => command === 'write')).toHaveLength(1)
  })
})

describe('floors of namespaces', () => {
  const MARKERS = 5

  /** The app, whose backend has forgotten what was invalidated of two namespaces. */
  async function forget(): Promise<Redstart> {
    const few = createRedstart({ app, backend: redis({ url: meter.server.url, markers: MARKERS }), deadline: '5s' })
    for (let n = 0; n < 2 * MARKERS; n += 1) await few.invalidate({ keys: [`part:${n}`, `busy:${n}`] })
    return few
  }

  it('come in the trip and the command of the markers', async () => {
    const tags = tagsOf(2)
    await here.cache.getOrSet('menu:1', load, { tags })
    await here.cache.getOrSet('part:kept', load)
    const few = await forget()
    const young = await meter.open(app)
    const look = { trips: 1, commands: ['GET', 'HMGET'] }
    expect(await meter.costOf(() => young.cache.getOrSet('menu:1', refuse, { tags }))).toEqual(look)
    expect(await meter.costOf(async () => expect(await young.cache.get('part:kept')).toBeUndefined())).toEqual(look)
    await few.close()
  })

  it('cost what was made of parts nothing beside the second look, at the markers of the parts', async () => {
    const make = async (): Promise<unknown> => [
      await here.cache.getOrSet('menu:1', load),
      await here.cache.getOrSet('room:1', load),
    ]
    await here.cache.getOrSet('page:1', make)
    const few = await forget()
    const young = await meter.open(app)
    expect(await meter.costOf(() => young.cache.getOrSet('page:1', refuse))).toEqual({
      trips: 2,
      commands: ['GET', 'HMGET', 'HMGET'],
    })
    await few.close()
  })

  it('cost an invalidation that forgets another one nothing', async () => {
    const few = await forget()
    await few.invalidate({ keys: ['busy:last'] })
    const { commands } = await meter.costOf(() => few.invalidate({ keys: ['part:last'] }))
    expect([...commands].sort()).toEqual(['UNLINK', 'invalidate'])
    await few.close()
  })
})

describe('a change', () => {
  it.each([1, 1000])('that invalidates %i tags costs one command', async (count) => {
    expect(await meter.costOf(() => here.invalidate({ tags: tagsOf(count) }))).toEqual({
      trips: 1,
      commands: ['invalidate'],
    })
  })

  it('by prefix or namespace costs one command, however many entries there are', async () => {
    for (let key = 0; key < 20; key += 1) await here.cache.getOrSet(`menu:1:${key}`, load)
    expect(await meter.costOf(() => here.invalidate({ prefix: 'menu:1:' }))).toEqual({
      trips: 1,
      commands: ['invalidate'],
    })
    expect(await meter.costOf(() => here.cache.namespace('menu').clear())).toEqual({
      trips: 1,
      commands: ['invalidate'],
    })
    expect(await meter.costOf(() => here.cache.clear())).toEqual({ trips: 1, commands: ['invalidate'] })
  })

  it('that deletes a key costs one trip', async () => {
    await here.cache.getOrSet('key', load)
    expect(await meter.costOf(() => here.cache.delete('key'))).toEqual({ trips: 1, commands: ['invalidate', 'UNLINK'] })
  })

  it('that sets a key costs two trips', async () => {
    expect(await meter.costOf(() => here.cache.set('key', 'value', { tags: ['a'] }))).toEqual({
      trips: 2,
      commands: ['invalidate', 'write'],
    })
  })

  it('tells the others, and costs them nothing', async () => {
    const there = await meter.open(app)
    await there.cache.getOrSet('kept', load)
    await here.invalidate({ tags: ['a'] })
    await setTimeout(50)
    expect(await meter.costOf(() => there.cache.getOrSet('kept', refuse))).toEqual(NOTHING)
  })
})

describe('the question that keeps the view proven', () => {
  it('is sent once for each half of maxStaleness while the instance is used, and never while it is idle', async () => {
    const clock = manualClock()
    const used = await meter.open(app, { clock, maxStaleness: 1000 })
    await used.cache.getOrSet('key', load)
    const spent = await meter.costOf(async () => {
      for (let step = 0; step < 100; step += 1) {
        clock.advance(100)
        await used.cache.getOrSet('key', refuse)
        // Real time, for the reply to come; the instance's own stands still.
        await meter.settled()
        await setTimeout(2)
      }
    })
    // Ten seconds of use: a question each time that the last one is more than 500 ms old, which a step of 100 ms notices.
    expect(new Set(spent.commands)).toEqual(new Set(['ask']))
    expect(spent.commands.length).toBeGreaterThanOrEqual(14)
    expect(spent.commands.length).toBeLessThanOrEqual(20)

    const idle = await meter.costOf(async () => {
      for (let step = 0; step < 100; step += 1) await clock.advanceAsync(100)
      await setTimeout(20)
    })
    expect(idle).toEqual(NOTHING)
  })
})
