import { manualClock } from '@redstart/testing'
import { describe, expect, it, vi } from 'vitest'
import {
  type Allowance,
  concurrency,
  configFromEnv,
  createRedstart,
  fixedWindow,
  gcra,
  leakyQueue,
  type LimitPolicy,
  limitsFrom,
} from '../../src/index.ts'
import { memory } from '../../src/memory/index.ts'
import { LeaseTable } from '../../src/rate-limit/leases.ts'
import { HeldPermit } from '../../src/rate-limit/permit.ts'
import { Offenders } from '../../src/rate-limit/offenders.ts'
import { parseRate } from '../../src/rate-limit/rate.ts'
import { timedMemory } from './places.ts'
import { openLimiter } from './opened.ts'
import { checked, itemOf } from './suite/steps.ts'

describe('rates', () => {
  it.each([
    ['10/s', 10, 1_000_000],
    ['100/5m', 100, 300_000_000],
    ['90k/1m', 90_000, 60_000_000],
    ['1.5k/h', 1500, 3_600_000_000],
    ['2M/d', 2_000_000, 86_400_000_000],
    ['1/250ms', 1, 250_000],
  ] as const)('%s are %d in %d microseconds', (rate, count, per) => {
    expect(parseRate(rate, 'rate')).toEqual({ count, per })
  })

  it('are objects, too', () => {
    expect(parseRate({ limit: 5, per: '2s' }, 'rate')).toEqual({ count: 5, per: 2_000_000 })
  })
})

describe('limits of a configuration', () => {
  it('let never more pass in any window than it says', async () => {
    const { limits } = configFromEnv({ API_RATE_LIMIT: '2', API_RATE_LIMIT_WINDOW: '3600' })
    const { limiter, close } = createRedstart({ policies: limitsFrom(limits) })
    const all = [1, 2, 3].map(async () => (await limiter.check('api', { key: 'k' })).allowed)
    expect(await Promise.all(all)).toEqual([true, true, false])
    expect(limiter.policies).toMatchObject({ api: { algorithm: 'segmented-window', limit: 2, windowMs: 3_600_000 } })
    await close()
  })

  it('are a thousand an hour where only one of both is said', () => {
    expect(limitsFrom(configFromEnv({ API_RATE_LIMIT: '5' }).limits)).toMatchObject({
      api: { limit: 5, windowMs: 3_600_000 },
    })
  })
})

describe('a turn that is waited for', () => {
  it('keeps the process alive until it is over', async () => {
    using made = vi.spyOn(globalThis, 'setTimeout')
    using cleared = vi.spyOn(globalThis, 'clearTimeout')
    const isOver = (timer: NodeJS.Timeout): boolean => cleared.mock.calls.some(([one]) => one === timer)
    const kept = ({ value }: { value: NodeJS.Timeout | undefined }): boolean =>
      value?.hasRef() === true && !isOver(value)
    const timers = (): number => made.mock.results.filter(kept).length
    const clock = manualClock()
    await using opened = openLimiter(undefined, { queue: leakyQueue({ rate: '1/s', maxWait: '1m' }) }, { clock })
    await opened.limiter.wait('queue', { key: 'k' })
    expect(timers()).toBe(0)
    const ends = new AbortController()
    const turns = [
      opened.limiter.wait('queue', { key: 'k' }),
      opened.limiter.wait('queue', { key: 'k', signal: ends.signal }),
    ] as const
    await clock.advanceAsync(0)
    expect(timers()).toBe(2)
    ends.abort()
    await expect(turns[1]).rejects.toThrow('aborted')
    expect(timers()).toBe(1)
    await clock.advanceAsync(1000)
    await turns[0]
    expect(timers()).toBe(0)
  })
})

describe('a table of limits that is full', () => {
  it('counts whoever comes new together, and lets nobody pass unseen', async () => {
    const timed = timedMemory(3)
    const policy = fixedWindow({ limit: 2, window: '1s' })
    const passes = async (key: string): Promise<boolean> => (await checked(timed, itemOf(policy, key))).allowed
    for (const key of ['a', 'b', 'c']) expect(await passes(key)).toBe(true)
    // Four newcomers are one: two of them pass.
    const newcomers: boolean[] = []
    for (const key of ['d', 'e', 'f', 'g']) newcomers.push(await passes(key))
    expect(newcomers).toEqual([true, true, false, false])
    expect([await passes('a'), await passes('a')]).toEqual([true, false])
    timed.now += 1_000_000
    expect([await passes('d'), await passes('e'), await passes('f')]).toEqual([true, true, true])
  })
})

describe('a permit', () => {
  const holding = (answers: (boolean | 'away')[]) => {
    const clock = manualClock()
    const seen = { lost: 0, released: 0, renewed: 0 }
    const permit = new HeldPermit({
      clock,
      lease: 900,
      renew: async () => {
        seen.renewed += 1
        const answer = answers.shift() ?? true
        if (answer === 'away') throw new Error('nobody answers')
        return answer
      },
      release: async () => void (seen.released += 1),
      onLost: () => void (seen.lost += 1),
    })
    return { clock, seen, permit }
  }

  it('is renewed while it is held, and not after', async () => {
    const { clock, seen, permit } = holding([])
    await clock.advanceAsync(3000)
    expect(seen).toEqual({ lost: 0, released: 0, renewed: 10 })
    await permit.release()
    await permit.release()
    await clock.advanceAsync(3000)
    expect([seen, clock.pending()]).toEqual([{ lost: 0, released: 1, renewed: 10 }, 0])
  })

  it('is lost where it has run out, which its signal says', async () => {
    const { clock, seen, permit } = holding([true, false])
    await clock.advanceAsync(300)
    expect(permit.signal.aborted).toBe(false)
    await clock.advanceAsync(300)
    expect([permit.signal.aborted, seen.lost, clock.pending()]).toEqual([true, 1, 0])
    // It is another's by now.
    await permit.release()
    expect(seen.released).toBe(0)
  })

  it('outlives an outage that is shorter than it, and no longer one', async () => {
    const short = holding(['away', 'away', true])
    await short.clock.advanceAsync(2000)
    expect(short.permit.signal.aborted).toBe(false)
    const long = holding(['away', 'away', 'away', 'away'])
    await long.clock.advanceAsync(900)
    expect([long.permit.signal.aborted, long.seen.lost]).toEqual([true, 1])
  })

  it('that is lost is told', async () => {
    const clock = manualClock()
    const policies = { inflight: concurrency({ limit: 1, lease: '30s' }) }
    await using opened = openLimiter(memory(), policies, { clock })
    const held = await opened.limiter.acquire('inflight', { key: 'k' })
    await opened.limiter.reset({ key: 'k' })
    await clock.advanceAsync(10_000)
    expect(opened.of('limit.permit-lost')).toEqual([{ type: 'limit.permit-lost', policy: 'inflight', key: 'k' }])
    expect(held.allowed && held.permit.signal.aborted).toBe(true)
  })
})

it('names whoever was refused more often than one of a hundred times', () => {
  const offenders = new Offenders()
  for (let n = 0; n < 20_000; n += 1) offenders.add(n % 50 === 0 ? 'worst' : `key ${n}`)
  const [first] = offenders.read()
  expect(first?.key).toBe('worst')
  expect((first?.count ?? 0) - (first?.overcount ?? 0)).toBeLessThanOrEqual(400)
  expect(first?.count).toBeGreaterThanOrEqual(400)
  expect(offenders.read()).toHaveLength(100)
})

it('has leases end, and takes no more ahead than others leave', async () => {
  const clock = manualClock()
  const leased: LimitPolicy = gcra({ rate: '1/1h', burst: 1000, lease: { most: 50, duration: '200ms', from: 3 } })
  await using opened = openLimiter(memory(), { leased }, { clock, limits: { instances: 1 } })
  const { limiter } = opened
  const check = async (): Promise<string> => (await limiter.check('leased', { key: 'k' })).mode
  for (let n = 0; n < 100; n += 1) await check()
  expect(await check()).toBe('lease')
  const before = (await limiter.peek('leased', { key: 'k' })).policies.leased?.remaining ?? 0
  await clock.advanceAsync(1000)
  // What was left is given back, and the key is not asked for often any more.
  expect(await check()).toBe('memory')
  expect(before).toBeLessThan(1000 - 101)
  expect((await limiter.peek('leased', { key: 'k' })).policies.leased?.remaining).toBe(1000 - 102)
})

it('holds no more ahead than it says, even of what nobody could use', async () => {
  const table = new LeaseTable({ most: 2, duration: 1000, from: 1 }, () => 1)
  const given: number[] = []
  const item = itemOf(gcra({ rate: '1/1h', burst: 100 }), 'k', 5)
  const granted: Allowance = {
    ...{ allowed: true, mode: 'redis', trips: 1, duplicate: false, granted: 4, policies: {}, delayMs: 0 },
  }
  // Five were asked for, four were there: whoever asked asks by itself.
  const fetched = { decision: granted, at: 0, giveBack: (amount: number) => void given.push(amount) }
  expect(await table.join(item, 0, async () => fetched)).toBeUndefined()
  expect(given).toEqual([2])
  expect([table.held('k', 0), table.held('k', 1000)]).toEqual([2, 0])
})
