import { countTrips, type RedisServer, startRedis, type TripCounter } from '@redstart/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Decision, fixedWindow, gcra, slidingLog, slidingWindow } from '../../src/index.ts'
import { redis } from '../../src/redis/index.ts'
import { openLimiter, type OpenedLimiter } from './opened.ts'

const slow = { rate: '1/1h' } as const
const POLICIES = {
  three: gcra({ ...slow, burst: 3 }),
  ten: gcra({ ...slow, burst: 10 }),
  window: fixedWindow({ limit: 100, window: '1h' }),
  sliding: slidingWindow({ limit: 100, window: '1h' }),
  log: slidingLog({ limit: 10, window: '1h' }),
  leased: gcra({ ...slow, burst: 1000, lease: { most: 20, duration: '1h', from: 5 } }),
}

let server: RedisServer
let trips: TripCounter
beforeAll(async () => {
  server = await startRedis()
  trips = await countTrips(server.url)
})
afterAll(async () => {
  await trips.close()
  await server.stop()
})

/** One that is connected. */
async function opened(): Promise<OpenedLimiter<typeof POLICIES>> {
  const made = openLimiter(redis(trips.url), POLICIES)
  await made.limiter.check('three', { key: 'warm' })
  await made.limiter.check(['three', 'window'], { key: 'warm' })
  return made
}

/** What was decided, and how many trips it took as a proxy counts them. */
async function tripsOf<T extends Decision>(act: () => Promise<readonly T[]>): Promise<readonly [readonly T[], number]> {
  trips.reset()
  const decisions = await act()
  return [decisions, trips.trips()]
}

const told = (decisions: readonly Decision[]): number => decisions.reduce((sum, each) => sum + each.trips, 0)

describe('trips', () => {
  it('are one to a check, however many limits and keys it has', async () => {
    await using made = await opened()
    const { limiter } = made
    const checks: Readonly<Record<string, () => Promise<Decision>>> = {
      one: () => limiter.check('three', { key: 'a' }),
      'several limits': () => limiter.check(['three', 'window', 'sliding', 'log'], { key: 'b' }),
      'several keys': () =>
        limiter.check([
          { policy: 'three', key: 'c' },
          { policy: 'window', key: 'd' },
        ]),
      'a part': () => limiter.check(['three', 'window'], { key: 'e', cost: 9, partial: true }),
      'an id': () => limiter.check('three', { key: 'f', id: 'x' }),
      'a look': () => limiter.peek(['three', 'window'], { key: 'a' }),
    }
    for (const [name, check] of Object.entries(checks)) {
      const [[decision], count] = await tripsOf(async () => [await check()])
      expect([name, decision?.mode, decision?.trips, count]).toEqual([name, 'redis', 1, 1])
    }
  })

  it('are none for what was refused, until it would pass or costs less', async () => {
    await using made = await opened()
    const { limiter } = made
    await limiter.check('three', { key: 'k', cost: 2 })
    const [[first], one] = await tripsOf(async () => [await limiter.check('three', { key: 'k', cost: 2 })])
    expect([first?.mode, one]).toEqual(['redis', 1])
    const [again, none] = await tripsOf(async () => [
      await limiter.check('three', { key: 'k', cost: 2 }),
      await limiter.check('three', { key: 'k', cost: 3 }),
      await limiter.check(['three', 'window'], { key: 'k', cost: 2 }),
    ])
    expect([again.map(({ mode, allowed }) => `${mode} ${allowed}`), none]).toEqual([
      Array(3).fill('deny-cache false'),
      0,
    ])
    const [less, asked] = await tripsOf(async () => [await limiter.check('three', { key: 'k', cost: 1 })])
    expect([less[0]?.allowed, less[0]?.mode, asked]).toEqual([true, 'redis', 1])
  })

  it('are shared by checks of one key that are made at a time, which are told what they would have been', async () => {
    await using made = await opened()
    const { limiter } = made
    const [all, count] = await tripsOf(
      async () => await Promise.all(Array.from({ length: 50 }, () => limiter.check('ten', { key: 'k' }))),
    )
    expect(all.filter(({ allowed }) => allowed)).toHaveLength(10)
    // The first one, then all others as one, then those that were left over.
    expect([count, told(all)]).toEqual([3, 3])
    const granted = all.filter(({ allowed }) => allowed).map(({ policies }) => policies.ten?.remaining)
    expect(granted).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1, 0])
    expect(all.filter(({ allowed }) => !allowed).every(({ policies }) => policies.ten?.remaining === 0)).toBe(true)
    const resets = all.flatMap(({ allowed, policies }) => (allowed ? [policies.ten?.resetAfterMs ?? 0] : []))
    expect(resets.map((reset) => Math.round(reset / 3_600_000))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    // Each of them can be given back by itself.
    const [, , third] = all
    await limiter.refund(third ?? expect.fail())
    expect(await limiter.peek('ten', { key: 'k' })).toMatchObject({ policies: { ten: { remaining: 1 } } })
  })

  it('are shared by checks of different keys and limits that are made at a time, a few to each', async () => {
    await using made = await opened()
    const { limiter } = made
    const names = ['three', 'window', 'sliding', 'log', 'ten'] as const
    const [all] = await tripsOf(
      async () =>
        await Promise.all(Array.from({ length: 50 }, (_, n) => limiter.check(names[n % 5] ?? 'ten', { key: `k${n}` }))),
    )
    // The first one waits for nobody; the others go by eights.
    expect(told(all)).toBe(8)
    expect(all.every(({ allowed, mode }) => allowed && mode === 'redis')).toBe(true)
    // Each of them can be given back by itself, of logs as well.
    await Promise.all(all.slice(10).map((decision) => limiter.refund(decision)))
    const left = async (n: number): Promise<number | undefined> => {
      const name = names[n % 5] ?? 'ten'
      const { policies } = await limiter.peek(name, { key: `k${n}` })
      return policies[name]?.remaining
    }
    expect(await Promise.all([0, 1, 2, 3, 4].map(left))).toEqual([2, 99, 99, 9, 9])
    expect(await Promise.all([45, 46, 47, 48, 49].map(left))).toEqual([3, 100, 100, 10, 10])
  })

  it('are shared by checks of one key, of which each is told what is left behind those before it', async () => {
    await using made = await opened()
    const { limiter } = made
    const all = await Promise.all([1, 2, 3, 2, 3].map((cost) => limiter.check('ten', { key: 'k', cost })))
    const remaining = all.map(({ allowed, policies }) => [allowed, policies.ten?.remaining])
    expect(remaining).toEqual([
      [true, 9],
      [true, 7],
      [true, 4],
      [true, 2],
      [false, 2],
    ])
  })

  it('are told of all checks together, by whatever each was answered', async () => {
    await using made = await opened()
    const { limiter } = made
    const [all, count] = await tripsOf(async () => {
      const decisions: Decision[] = []
      for (let n = 0; n < 30; n += 1) {
        const key = `k${n % 3}`
        const some: readonly (() => Promise<Decision>)[] = [
          () => limiter.check('ten', { key }),
          () => limiter.check('ten', { key }),
          () => limiter.check(['three', 'window'], { key }),
          () => limiter.check('sliding', { key, cost: 5 }),
          () => limiter.check('log', { key, id: `${n % 10}` }),
        ]
        for (const check of some) decisions.push(await check())
      }
      return decisions
    })
    expect(told(all)).toBe(count)
    expect([...new Set(all.map(({ mode }) => mode))].sort()).toEqual(['deny-cache', 'redis'])
    expect(told(all.filter(({ mode }) => mode === 'deny-cache'))).toBe(0)
  })

  it('are none for what was taken ahead', async () => {
    await using made = await opened()
    const { limiter } = made
    const [first, before] = await tripsOf(async () => {
      const all: Decision[] = []
      for (let n = 0; n < 4; n += 1) all.push(await limiter.check('leased', { key: 'k' }))
      return all
    })
    // Seldom asked: one by one, and exact.
    expect([before, first.map(({ mode }) => mode)]).toEqual([4, Array(4).fill('redis')])
    const [many, count] = await tripsOf(async () => {
      const all: Decision[] = []
      for (let n = 0; n < 200; n += 1) all.push(await limiter.check('leased', { key: 'k' }))
      return all
    })
    expect(many.every(({ allowed }) => allowed)).toBe(true)
    const leased = many.filter(({ mode }) => mode === 'lease').length
    expect(leased).toBeGreaterThan(150)
    expect(count).toBeLessThan(50)
    expect(limiter.stats().policies.leased.modes.lease).toBe(leased)
    // What is held here was taken there: at most 20.
    const { policies } = await limiter.peek('leased', { key: 'k' })
    const taken = 1000 - (policies.leased?.remaining ?? 0)
    expect(taken).toBeGreaterThanOrEqual(204)
    expect(taken).toBeLessThanOrEqual(224)
  })
})

it('grants by leases exactly what there is, to several that take ahead', async () => {
  const app = 'leasing'
  const all = Array.from({ length: 3 }, () =>
    openLimiter(redis(server.url), POLICIES, { app, limits: { instances: 3 } }),
  )
  let passed = 0
  await Promise.all(
    all.map(async ({ limiter }) => {
      for (let n = 0; n < 70; n += 1) {
        const burst = await Promise.all(Array.from({ length: 15 }, () => limiter.check('leased', { key: 'k' })))
        passed += burst.filter(({ allowed }) => allowed).length
      }
    }),
  )
  // Each asked for more than there is, and so held nothing in the end.
  expect(passed).toBe(1000)
  for (const each of all) await each[Symbol.asyncDispose]()
})
