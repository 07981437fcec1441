import { type FaultProxy, faultProxy, type RedisServer, startRedis } from '@redstart/testing'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Allowance, concurrency, type Decision, fixedWindow, gcra, tokens } from '../../src/index.ts'
import { redis } from '../../src/redis/index.ts'
import { openLimiter, type OpenedLimiter } from './opened.ts'

const slow = { rate: '1/1h', burst: 4 } as const
const POLICIES = {
  local: gcra(slow),
  open: gcra({ ...slow, onFailure: 'open' }),
  closed: gcra({ ...slow, onFailure: 'closed' }),
  shadow: gcra({ ...slow, onFailure: 'closed', shadow: true }),
  window: fixedWindow({ limit: 4, window: '1h' }),
  inflight: concurrency({ limit: 4 }),
  anyInflight: concurrency({ limit: 1, onFailure: 'open' }),
  noInflight: concurrency({ limit: 1, onFailure: 'closed' }),
  llm: tokens({ rate: '100/1h' }),
}
const DEADLINE = 100
/** Of a machine that has other things to do. */
const LATEST = 20 * DEADLINE

let server: RedisServer
let proxy: FaultProxy
beforeAll(async () => {
  server = await startRedis()
  proxy = await faultProxy(server.url)
})
afterAll(async () => {
  await proxy.stop()
  await server.stop()
})
afterEach(() => {
  server.resume()
  proxy.clear()
})

/** One that has been answered, with two instances to divide by. */
async function opened(failures = 1000, deadline = DEADLINE): Promise<OpenedLimiter<typeof POLICIES>> {
  const backend = redis({ url: proxy.url, breaker: { failures, openFor: 100, longest: 100 } })
  const limits = { instances: 2, denyCache: 0 }
  const made = openLimiter(backend, POLICIES, { deadline, limits })
  await answered(made)
  return made
}

async function answered({ limiter }: OpenedLimiter<typeof POLICIES>): Promise<void> {
  await expect.poll(async () => (await limiter.peek('local', { key: 'anybody' })).mode, { interval: 20 }).toBe('redis')
}

async function timed<T>(act: () => Promise<T>): Promise<T> {
  const begun = performance.now()
  const value = await act()
  expect(performance.now() - begun).toBeLessThan(LATEST)
  return value
}

/** Ways in which Redis does not answer. */
const TROUBLES: Readonly<Record<string, () => void>> = {
  'is stalled': () => server.pause(),
  'is slow': () => proxy.set({ latency: { ms: 1000 } }),
  'cannot be reached': () => {
    proxy.set({ reset: true })
  },
}

describe.each(Object.entries(TROUBLES))('while Redis %s', (_, begin) => {
  it('a check answers within its deadline, in the mode that its policies ask for', async () => {
    await using made = await opened()
    const { limiter } = made
    begin()
    const local: Decision[] = []
    for (let n = 0; n < 3; n += 1) local.push(await timed(async () => await limiter.check('local', { key: 'k' })))
    // Two of four are this instance's.
    expect(local.map(({ allowed, mode }) => [allowed, mode])).toEqual([
      [true, 'local'],
      [true, 'local'],
      [false, 'local'],
    ])
    expect(await timed(async () => await limiter.check('open', { key: 'k', cost: 3 }))).toMatchObject({
      ...{ allowed: true, mode: 'bypass', granted: 3, policies: {}, trips: 0 },
    })
    expect(await timed(async () => await limiter.check(['closed', 'open'], { key: 'k' }))).toMatchObject({
      ...{ allowed: false, mode: 'bypass', reason: 'unavailable', limitedBy: undefined, retryAfterMs: 1000 },
    })
    // Who refuses nobody refuses nobody now.
    expect(await timed(async () => await limiter.check(['open', 'shadow'], { key: 'k' }))).toMatchObject({
      ...{ allowed: true, mode: 'bypass' },
    })
    const whole = await timed(async () => await limiter.check(['window', 'open'], { key: 'k', cost: 4 }))
    // Half of it is here: it is not that it could never pass.
    expect(whole).toMatchObject({ allowed: false, reason: 'quota', limitedBy: 'window', retryAfterMs: 1000 })
    expect(limiter.stats().policies.closed).toMatchObject({ unavailable: 1 })
    // Once for each time that it went away, on a busy machine before the first check as well.
    expect(made.of('limit.fallback').length - made.of('limit.recovered').length).toBe(1)
  })

  it('permits are had as their policies say, and reservations', async () => {
    await using made = await opened()
    const { limiter } = made
    begin()
    const two = [await limiter.acquire('inflight', { key: 'k' }), await limiter.acquire('inflight', { key: 'k' })]
    expect(two.map(({ allowed }) => allowed)).toEqual([true, true])
    expect(await limiter.acquire('inflight', { key: 'k' })).toMatchObject({ allowed: false, reason: 'quota' })
    for (const each of two) if (each.allowed) await each.permit.release()
    expect(await limiter.acquire('inflight', { key: 'k' })).toMatchObject({ allowed: true })
    const free = [
      await limiter.acquire('anyInflight', { key: 'k' }),
      await limiter.acquire('anyInflight', { key: 'k' }),
    ]
    expect(free.map(({ allowed }) => allowed)).toEqual([true, true])
    expect(await limiter.acquire('noInflight', { key: 'k' })).toMatchObject({ allowed: false, reason: 'unavailable' })
    const reserved = await limiter.reserve('llm', { key: 'k', cost: 10 })
    if (!reserved.allowed) return expect.fail('there is enough')
    await reserved.settle(5)
  })

  it('who changes a limit by hand is told, and who gives back is not', async () => {
    await using made = await opened()
    const { limiter } = made
    const decision = await limiter.check('local', { key: 'k' })
    begin()
    await timed(async () => await limiter.refund(decision))
    const store = { code: expect.stringMatching(/^STORE_/) }
    await expect(limiter.reset({ key: 'k' })).rejects.toMatchObject(store)
    await expect(limiter.block({ key: 'k', for: '1m' })).rejects.toMatchObject(store)
    await expect(limiter.penalty('local', { key: 'k' })).rejects.toMatchObject(store)
    expect(made.of('limit.reset')).toEqual([])
  })
})

describe('a limiter whose Redis answers again', () => {
  it('asks it again, and says so', async () => {
    await using made = await opened()
    server.pause()
    await made.limiter.check('local', { key: 'k' })
    server.resume()
    await answered(made)
    await expect.poll(async () => (await made.limiter.check('window', { key: 'k' })).mode).toBe('redis')
    expect(made.of('limit.recovered')).toContainEqual(
      expect.objectContaining({ milliseconds: expect.any(Number), reported: 0 }),
    )
  })

  it('does not charge twice what was sent, and does nothing with a late reply', async () => {
    await using made = await opened()
    const { limiter } = made
    server.pause()
    expect(await limiter.check('window', { key: 'late' })).toMatchObject({ allowed: true, mode: 'local' })
    server.resume()
    await answered(made)
    // Redis took it when it woke up; it was not sent again, and not told as passed here.
    const look = async (): Promise<unknown> => await limiter.peek('window', { key: 'late' })
    await expect.poll(look).toMatchObject({ mode: 'redis', policies: { window: { remaining: 3 } } })
    expect(limiter.stats().policies.window.modes).toMatchObject({ local: 1, redis: 0 })
  })

  it('tells what passed while nothing could be sent', async () => {
    await using made = await opened(1000, 50 * DEADLINE)
    const { limiter } = made
    proxy.set({ reset: true })
    // The first ones may have been sent.
    const sure = async (): Promise<unknown> => await limiter.check('local', { key: 'probe', cost: 0 })
    for (let n = 0; n < 5; n += 1) await sure()
    const passed: Allowance[] = []
    for (let n = 0; n < 3; n += 1) {
      const decision = await limiter.check('window', { key: 'told' })
      if (decision.allowed) passed.push(decision)
    }
    expect(passed).toHaveLength(2)
    // So is what passed because nobody is refused now, under all limits of a check.
    await limiter.check('open', { key: 'told', cost: 3 })
    expect(await limiter.check(['open', 'window'], { key: 'both' })).toMatchObject({ allowed: true, mode: 'local' })
    proxy.clear()
    await answered(made)
    const look = async (key: string): Promise<unknown> => await limiter.peek(['window', 'open'], { key })
    const left = (window: number, open: number): object => ({
      mode: 'redis',
      policies: { window: { remaining: window }, open: { remaining: open } },
    })
    await expect.poll(async () => await look('told')).toMatchObject(left(2, 1))
    await expect.poll(async () => await look('both')).toMatchObject(left(3, 3))
    expect(made.of('limit.recovered').at(-1)).toMatchObject({ reported: 4 })
  })

  it('takes no time for an answer while the breaker is open', async () => {
    await using made = await opened(1)
    server.pause()
    await made.limiter.check('open', { key: 'k' })
    const begun = performance.now()
    for (let n = 0; n < 50; n += 1)
      expect(await made.limiter.check('open', { key: 'k' })).toMatchObject({ mode: 'bypass' })
    expect(performance.now() - begun).toBeLessThan(25 * DEADLINE)
  })
})

it('counts the instances that are alive, and forgets those that have ended', async () => {
  const make = (): OpenedLimiter<typeof POLICIES> =>
    openLimiter(redis(server.url), POLICIES, { app: 'alive', limits: {}, deadline: '5s' })
  const all = [make(), make(), make()]
  for (const { limiter } of all) await limiter.check('local', { key: 'k' })
  const alive = async (): Promise<unknown> => await server.command('ZCARD', 'alive:!rl:{instances}')
  await expect.poll(alive).toBe(3)
  expect(await server.command('PTTL', 'alive:!rl:{instances}')).toBeGreaterThan(0)
  await all[2]?.[Symbol.asyncDispose]()
  expect(await alive()).toBe(2)
  for (const each of all) await each[Symbol.asyncDispose]()
  expect(await alive()).toBe(0)
})
