import { describe, expect, it } from 'vitest'
import {
  type Backend,
  concurrency,
  type Decision,
  fixedWindow,
  gcra,
  leakyQueue,
  slidingWindow,
  tokens,
} from '../../../src/index.ts'
import { openLimiter } from '../opened.ts'

const slow = { rate: '1/1h' } as const
const POLICIES = {
  api: gcra({ ...slow, burst: 3 }),
  hourly: slidingWindow({ limit: 100, window: '1h' }),
  watched: gcra({ ...slow, burst: 2, shadow: true }),
  strict: gcra({ ...slow, burst: 1, block: { duration: '1m', factor: 3 } }),
  queue: leakyQueue({ rate: '20/1s', maxWait: '10s' }),
  inflight: concurrency({ limit: 2, lease: '30s' }),
  llm: tokens({ rate: '100/1h', maxDebt: 20 }),
}

/** What a limiter promises over whichever backend. */
export function limiterTests(backend: () => Backend, mode: 'memory' | 'redis'): void {
  it('says what each limit says, and who refuses', async () => {
    await using opened = openLimiter(backend(), POLICIES)
    const { limiter } = opened
    const first = await limiter.check(['api', 'hourly'], { key: 'k', cost: 2 })
    expect(first).toMatchObject({
      ...{ allowed: true, mode, granted: 2, delayMs: 0, duplicate: false },
      policies: {
        api: { limit: 3, remaining: 1, passed: true, near: false, algorithm: 'gcra', nextAfterMs: 3_600_000 },
        hourly: { limit: 100, windowMs: 3_600_000, remaining: 98, passed: true },
      },
    })
    const second = await limiter.check(['api', 'hourly'], { key: 'k', cost: 2 })
    expect(second).toMatchObject({ allowed: false, reason: 'quota', limitedBy: 'api', granted: 0, mode })
    const wait = second.allowed ? 0 : (second.retryAfterMs ?? 0)
    expect(wait).toBeGreaterThan(3_500_000)
    expect(wait).toBeLessThanOrEqual(3_600_000)
    expect(second.policies).toMatchObject({
      api: { remaining: 1, passed: false },
      hourly: { remaining: 98, passed: true },
    })
  })

  it('takes a part where a part is enough', async () => {
    await using opened = openLimiter(backend(), POLICIES)
    const options = { key: 'k', cost: 5, partial: true }
    expect(await opened.limiter.check(['api', 'hourly'], options)).toMatchObject({ allowed: true, granted: 3 })
    expect(await opened.limiter.peek('hourly', { key: 'k' })).toMatchObject({ policies: { hourly: { remaining: 97 } } })
    expect(await opened.limiter.check(['api', 'hourly'], options)).toMatchObject({ allowed: false, granted: 0 })
  })

  it('refuses nobody because of a shadow, and tells what it would have done', async () => {
    await using opened = openLimiter(backend(), POLICIES)
    const all: Decision[] = []
    for (let n = 0; n < 4; n += 1) all.push(await opened.limiter.check(['watched', 'hourly'], { key: 'k' }))
    expect(all.map(({ allowed, policies }) => [allowed, policies['watched']?.passed])).toEqual([
      [true, true],
      [true, true],
      [true, false],
      [true, false],
    ])
    expect(opened.of('limit.shadow-denied')).toHaveLength(2)
    expect(opened.limiter.stats().policies.watched).toMatchObject({ allowed: 4, denied: 0, shadowDenied: 2 })
  })

  it('answers the same check twice the same, and takes once', async () => {
    await using opened = openLimiter(backend(), POLICIES)
    const both = [
      await opened.limiter.check('api', { key: 'k', id: 'order-1' }),
      await opened.limiter.check('api', { key: 'k', id: 'order-1' }),
    ]
    expect(both).toMatchObject([
      { allowed: true, duplicate: false, policies: { api: { remaining: 2 } } },
      { allowed: true, duplicate: true, policies: { api: { remaining: 2 } } },
    ])
    // It took nothing, so that there is nothing to give back.
    await opened.limiter.refund(both[1] ?? expect.fail())
    expect(await opened.limiter.peek('api', { key: 'k' })).toMatchObject({ policies: { api: { remaining: 2 } } })
    // Once what it took was given back, the same check has to take it again.
    await opened.limiter.refund(both[0] ?? expect.fail())
    expect(await opened.limiter.check('api', { key: 'k', id: 'order-1' })).toMatchObject({
      ...{ allowed: true, duplicate: false, policies: { api: { remaining: 2 } } },
    })
  })

  it('takes an id for the same check alone, and not for others of that key', async () => {
    await using opened = openLimiter(backend(), POLICIES)
    const { limiter } = opened
    await limiter.check('api', { key: 'k', cost: 3 })
    await limiter.check(['hourly', 'llm'], { key: 'k', id: 'order-1' })
    expect(await limiter.check('api', { key: 'k', id: 'order-1' })).toMatchObject({ allowed: false, limitedBy: 'api' })
    const others = [
      await limiter.check(['llm', 'hourly'], { key: 'k', id: 'order-1' }),
      await limiter.check(['hourly', 'llm'], { key: 'k', id: 'order-1', cost: 9 }),
      await limiter.check(['hourly', 'llm'], { key: 'k', id: 'order-1', cost: 9, partial: true }),
    ]
    expect(others).toMatchObject([
      { duplicate: false, policies: { hourly: { limit: 100, remaining: 98 }, llm: { remaining: 98 } } },
      { duplicate: false, granted: 9, policies: { hourly: { remaining: 89 } } },
      { duplicate: false, granted: 9, policies: { hourly: { remaining: 80 } } },
    ])
    const [here, there] = [
      { policy: 'hourly', key: 'k' },
      { policy: 'llm', key: 'l' },
    ] as const
    await limiter.check([here, there], { id: 'order-2' })
    const elsewhere = [here, { ...there, key: 'm' }]
    expect(await limiter.check(elsewhere, { id: 'order-2' })).toMatchObject({ duplicate: false })
    expect(await limiter.check(elsewhere, { id: 'order-2' })).toMatchObject({ duplicate: true })
  })

  it('gives back what a check took, once', async () => {
    await using opened = openLimiter(backend(), POLICIES)
    const { limiter } = opened
    const decision = await limiter.check(['api', 'hourly'], { key: 'k', cost: 3 })
    await limiter.refund(decision)
    await limiter.refund(decision)
    await limiter.check('api', { key: 'k' })
    await limiter.refund(decision)
    expect(await limiter.peek(['api', 'hourly'], { key: 'k' })).toMatchObject({
      policies: { api: { remaining: 2 }, hourly: { remaining: 100 } },
    })
  })

  it('takes and gives without asking, and this process sees it at once', async () => {
    await using opened = openLimiter(backend(), POLICIES)
    const { limiter } = opened
    await limiter.penalty('api', { key: 'k', cost: 10 })
    expect(await limiter.check('api', { key: 'k' })).toMatchObject({ allowed: false, mode })
    expect(await limiter.check('api', { key: 'k' })).toMatchObject({ allowed: false, mode: 'deny-cache' })
    await limiter.reward('api', { key: 'k', cost: 2 })
    expect(await limiter.check('api', { key: 'k' })).toMatchObject({
      allowed: true,
      policies: { api: { remaining: 1 } },
    })
    await limiter.reset({ key: 'k' })
    expect(await limiter.check('api', { key: 'k' })).toMatchObject({
      allowed: true,
      policies: { api: { remaining: 2 } },
    })
    expect(opened.of('limit.reset')).toMatchObject([{ key: 'k', what: 'limits', policies: Object.keys(POLICIES) }])
  })

  it('keeps what was taken when the plan changes', async () => {
    await using opened = openLimiter(backend(), POLICIES)
    const { limiter } = opened
    const pro = { api: gcra({ ...slow, burst: 10 }) }
    await limiter.check('api', { key: 'k', cost: 3 })
    expect(await limiter.check('api', { key: 'k' })).toMatchObject({ allowed: false, mode })
    expect(await limiter.check('api', { key: 'k', policies: pro })).toMatchObject({
      allowed: true,
      policies: { api: { limit: 10, remaining: 6 } },
    })
    // What was known of the one plan says nothing of the other.
    expect(await limiter.check('api', { key: 'k' })).toMatchObject({ allowed: false, policies: { api: { limit: 3 } } })
    expect(limiter.stats().policies.api).toMatchObject({ allowed: 2, denied: 2 })
  })

  describe('blocks', () => {
    it('keep out whom a policy refuses, and longer each time', async () => {
      await using opened = openLimiter(backend(), POLICIES)
      const { limiter } = opened
      await limiter.check('strict', { key: 'k' })
      expect(await limiter.check('strict', { key: 'k' })).toMatchObject({
        ...{ allowed: false, reason: 'quota', limitedBy: 'strict', retryAfterMs: 60_000, mode },
      })
      expect(await limiter.check('strict', { key: 'k' })).toMatchObject({
        ...{ allowed: false, reason: 'blocked', blockReason: 'strict', mode: 'deny-cache' },
      })
      expect(await limiter.check('hourly', { key: 'k' })).toMatchObject({ allowed: false, reason: 'blocked', mode })
      expect(opened.of('limit.blocked')).toMatchObject([{ key: 'k', policy: 'strict', milliseconds: 60_000, times: 1 }])
      await limiter.unblock({ key: 'k' })
      expect(await limiter.check('hourly', { key: 'k' })).toMatchObject({ allowed: true })
    })

    it('keep out whom the application names', async () => {
      await using opened = openLimiter(backend(), POLICIES)
      const { limiter } = opened
      const how = { key: 'k', for: '2m', reason: 'scraping' } as const
      expect(await limiter.block(how)).toEqual({ blockedForMs: 120_000, times: 1 })
      expect(await limiter.check(['api', 'hourly'], { key: 'k' })).toMatchObject({
        ...{ allowed: false, reason: 'blocked', limitedBy: undefined, blockReason: 'scraping', policies: {} },
      })
      expect(await limiter.peek('api', { key: 'k' })).toMatchObject({ reason: 'blocked' })
      expect(await limiter.acquire('inflight', { key: 'k' })).toMatchObject({ reason: 'blocked' })
      expect(await limiter.check('api', { key: 'other' })).toMatchObject({ allowed: true })
      expect(limiter.stats().policies.api).toMatchObject({ blocked: 1, denied: 0 })
    })
  })

  it('gives turns in their order, evenly spaced', async () => {
    await using opened = openLimiter(backend(), POLICIES)
    const order: number[] = []
    const begun = performance.now()
    await Promise.all(
      [0, 1, 2, 3].map(async (n) => {
        await opened.limiter.wait('queue', { key: 'k' })
        order.push(n)
      }),
    )
    expect(order).toEqual([0, 1, 2, 3])
    // A timer may be a millisecond early.
    expect(performance.now() - begun).toBeGreaterThan(140)
  })

  it('gives a turn back that is not waited for', async () => {
    await using opened = openLimiter(backend(), POLICIES)
    const { limiter } = opened
    await limiter.check('queue', { key: 'k', cost: 100 })
    const stop = new AbortController()
    const waiting = limiter.wait('queue', { key: 'k', signal: stop.signal })
    await expect
      .poll(async () => (await limiter.peek('queue', { key: 'k' })).policies.queue?.remaining)
      .toBeLessThan(110)
    stop.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    await expect(limiter.wait('queue', { key: 'k', signal: stop.signal })).rejects.toThrow('enough')
  })

  it('holds permits until they are released', async () => {
    await using opened = openLimiter(backend(), POLICIES)
    const { limiter } = opened
    {
      const one = await limiter.acquire('inflight', { key: 'k' })
      await using first = one.allowed ? one.permit : expect.fail('there are two')
      const two = await limiter.acquire('inflight', { key: 'k' })
      await using second = two.allowed ? two.permit : expect.fail('there are two')
      expect(await limiter.acquire('inflight', { key: 'k' })).toMatchObject({
        ...{ allowed: false, reason: 'quota', limitedBy: 'inflight', policies: { inflight: { remaining: 0 } } },
      })
      expect([first.signal.aborted, second.signal.aborted]).toEqual([false, false])
    }
    const stop = new AbortController()
    const heavy = await limiter.acquire('inflight', { key: 'k', cost: 2, signal: stop.signal })
    expect(heavy.allowed).toBe(true)
    expect(await limiter.acquire('inflight', { key: 'k' })).toMatchObject({ allowed: false })
    stop.abort()
    await expect.poll(async () => (await limiter.acquire('inflight', { key: 'k' })).allowed).toBe(true)
  })

  it('settles a reservation with the real cost, once', async () => {
    await using opened = openLimiter(backend(), POLICIES)
    const { limiter } = opened
    const left = async (): Promise<number | undefined> =>
      (await limiter.peek('llm', { key: 'k' })).policies.llm?.remaining
    const less = await limiter.reserve('llm', { key: 'k', cost: 50 })
    if (!less.allowed) return expect.fail('there is enough')
    expect(await left()).toBe(50)
    await less.settle(20)
    await less.settle(0)
    expect(await left()).toBe(80)
    const more = await limiter.reserve('llm', { key: 'k', cost: 70 })
    if (!more.allowed) return expect.fail('there is enough')
    await more.settle(95)
    // Fifteen below nothing.
    expect(await left()).toBe(0)
    const refused = await limiter.reserve('llm', { key: 'k', cost: 1 })
    expect(refused).toMatchObject({ allowed: false, reason: 'quota' })
    const wait = refused.allowed ? 0 : (refused.retryAfterMs ?? 0)
    expect(wait).toBeGreaterThan(15 * 36_000)
    expect(wait).toBeLessThanOrEqual(16 * 36_000)
    await expect(more.settle(0.5)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  })

  it('counts what it decided, and who was refused most', async () => {
    await using opened = openLimiter(backend(), POLICIES)
    const { limiter } = opened
    for (let n = 0; n < 5; n += 1) await limiter.check('api', { key: 'often' })
    await limiter.check('api', { key: 'once', cost: 3 })
    await limiter.check('api', { key: 'once' })
    await limiter.check('api', { key: 'never', cost: 9 })
    const { policies, deniedRate, duration } = limiter.stats()
    expect(policies.api).toMatchObject({
      ...{ allowed: 4, denied: 3, unsatisfiable: 1, blocked: 0, unavailable: 0, cost: 6, near: 2 },
      offenders: [
        { key: 'often', count: 2, overcount: 0 },
        { key: 'once', count: 1, overcount: 0 },
        { key: 'never', count: 1, overcount: 0 },
      ],
    })
    expect(policies.api.modes).toMatchObject({ [mode]: 7, 'deny-cache': 1 })
    expect(deniedRate).toBe(0.5)
    expect(duration.count).toBe(7)
    expect(opened.of('limit.denied')).toHaveLength(4)
    expect(opened.of('limit.near')).toHaveLength(2)
  })

  it('begins a window anew after its end', async () => {
    await using opened = openLimiter(backend(), { brief: fixedWindow({ limit: 1, window: '60ms' }) })
    const { limiter } = opened
    await limiter.check('brief', { key: 'k' })
    await expect.poll(async () => (await limiter.check('brief', { key: 'k' })).allowed, { interval: 10 }).toBe(true)
  })
}
