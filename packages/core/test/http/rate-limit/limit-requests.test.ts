import { manualClock } from '@redstart/testing'
import { describe, expect, it } from 'vitest'
import type { LeavingHead, Reply } from '../../../src/http/index.ts'
import type { RateLimitOptions } from '../../../src/http/rate-limit/options.ts'
import { limitRequests, rateLimitOf } from '../../../src/http/rate-limit/rate-limit-use.ts'
import { createRedstart, fixedWindow, gcra, leakyQueue, concurrency } from '../../../src/index.ts'
import { headOf, type MadeExchange, madeExchange, type MadeFrom } from '../made-exchange.ts'

const POLICIES = {
  api: gcra({ rate: '1/s', burst: 2 }),
  hourly: fixedWindow({ limit: 3, window: '1h' }),
  large: fixedWindow({ limit: 100, window: '1h' }),
  tried: fixedWindow({ limit: 1, window: '1h', shadow: true }),
  slow: leakyQueue({ rate: '100/s', maxWait: '1s' }),
  permits: concurrency({ limit: 1, lease: '1m' }),
} as const

/** What handlers are given here. */
interface Context {
  readonly user?: string | undefined
  readonly size?: number
}

type Options = RateLimitOptions<typeof POLICIES, Context>

interface Answered {
  readonly reply: Reply | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly exchange: MadeExchange
  readonly settles: boolean
  /** Tells how the answer ended. */
  end(head: LeavingHead, how?: 'finish' | 'abort'): Promise<void>
}

function limiting(options: Options) {
  const clock = manualClock()
  const redstart = createRedstart({ policies: POLICIES, clock })
  const use = limitRequests<typeof POLICIES, Context>(redstart, options)
  const ask = async (request: MadeFrom = {}, context: Context = {}): Promise<Answered> => {
    const exchange = madeExchange(request)
    const decided = await use.decide(exchange, context)
    const settle = decided.reply === undefined ? decided.settle : undefined
    return {
      reply: decided.reply,
      headers: Object.fromEntries(exchange.given),
      exchange,
      settles: settle !== undefined,
      async end(head, how = 'finish') {
        const settlement = await settle?.(head)
        if (settlement?.type === 'capture') await settlement.capture[how](undefined)
      },
    }
  }
  const statuses = async (...asked: readonly [MadeFrom?, Context?][]): Promise<readonly number[]> => {
    const all: number[] = []
    for (const [request, context] of asked) all.push((await ask(request, { ...context })).reply?.status ?? 200)
    return all
  }
  return { ask, statuses, clock, redstart }
}

const DIRECT = { clientAddress: { hops: 0 } } as const

function bodyOf(reply: Reply | undefined): unknown {
  return JSON.parse(String(reply?.body))
}

describe('requests', () => {
  it('pass as far as the quota goes, and are told what is left', async () => {
    const { ask, clock } = limiting({ policies: 'api', ...DIRECT })
    const first = await ask()
    expect([first.reply, first.settles]).toEqual([undefined, false])
    expect(first.headers).toEqual({ 'RateLimit-Policy': '"api";q=2;w=2', RateLimit: '"api";r=1;t=1' })
    await ask()
    const refused = await ask()
    expect(refused.headers['RateLimit']).toBe('"api";r=0;t=1')
    expect(refused.reply?.status).toBe(429)
    expect(Object.fromEntries(refused.reply?.headers ?? [])).toEqual({
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'retry-after': expect.stringMatching(/^[12]$/),
    })
    expect(bodyOf(refused.reply)).toMatchObject({ code: 'QUOTA_EXCEEDED', 'violated-policies': ['api'] })
    clock.advance(1000)
    expect((await ask()).reply).toBeUndefined()
  })

  it('of several policies take of all or of none', async () => {
    const { ask, statuses, redstart } = limiting({ policies: ['api', 'hourly'], ...DIRECT })
    expect(await statuses([], [])).toEqual([200, 200])
    const { policies } = await redstart.limiter.peek('hourly', { key: '203.0.113.7' })
    expect(policies.hourly?.remaining).toBe(1)
    const refused = await ask()
    expect(refused.headers['RateLimit']).toBe('"api";r=0;t=1, "hourly";r=1;t=3600')
    expect(bodyOf(refused.reply)).toMatchObject({ 'violated-policies': ['api'] })
  })

  it('are limited by the network of their clients', async () => {
    const { statuses } = limiting({ policies: 'api', ...DIRECT })
    const of = (peer: string): [MadeFrom] => [{ peer }]
    expect(await statuses(of('203.0.113.7'), of('::ffff:203.0.113.7'), of('64:ff9b::203.0.113.7'))).toEqual([
      200, 200, 429,
    ])
    expect(
      await statuses(of('203.0.113.8'), of('2001:db8:0:1::1'), of('2001:db8:0:2::2'), of('2001:db8:0:3::3')),
    ).toEqual([...[200, 200, 200, 429]])
    expect(await statuses(of('2001:db8:0:100::1'))).toEqual([200])
  })

  it('are limited by as many bits as is said', async () => {
    const { statuses } = limiting({ policies: 'api', ...DIRECT, network: { v4: 24 } })
    expect(await statuses([{ peer: '203.0.113.1' }], [{ peer: '203.0.113.2' }], [{ peer: '203.0.113.3' }])).toEqual([
      200, 200, 429,
    ])
  })

  it('are limited by a key, and not at all without one', async () => {
    const { statuses } = limiting({ policies: 'api', key: ({ user }) => user })
    const of = (user?: string): [MadeFrom, Context] => [{}, { user }]
    expect(await statuses(of('a'), of('a'), of('a'), of('b'))).toEqual([200, 200, 429, 200])
    expect(await statuses(of(), of(), of())).toEqual([200, 200, 200])
  })

  it('cost what a function says, which may take its time, as may the key', async () => {
    const { statuses } = limiting({ policies: 'large', key: async () => 7, cost: async ({ size = 0 }) => size })
    const of = (size: number): [MadeFrom, Context] => [{}, { size }]
    expect(await statuses(of(60), of(41), of(40), of(1), of(0))).toEqual([200, 429, 200, 429, 200])
    const { ask } = limiting({ policies: 'large', key: () => 7, cost: () => 101 })
    const { reply } = await ask()
    expect([reply?.status, reply?.headers.some(([name]) => name === 'retry-after')]).toEqual([429, false])
  })

  it('may be of another plan', async () => {
    const pro = fixedWindow({ limit: 5, window: '1h' })
    const { statuses } = limiting({
      policies: 'hourly',
      key: ({ user }) => user,
      plan: ({ user }) => (user === 'pro' ? { hourly: pro } : undefined),
    })
    const of = (user: string): [MadeFrom, Context] => [{}, { user }]
    expect(await statuses(...Array.from({ length: 6 }, () => of('pro')))).toEqual([200, 200, 200, 200, 200, 429])
    expect(await statuses(...Array.from({ length: 4 }, () => of('free')))).toEqual([200, 200, 200, 429])
  })

  it('that are skipped or allowed take nothing and are told nothing', async () => {
    const { ask } = limiting({
      policies: 'api',
      ...DIRECT,
      allow: ['10.0.0.0/8', 'loopback'],
      skip: ({ user }) => user === 'admin',
    })
    for (let n = 0; n < 5; n++) {
      expect((await ask({ peer: '10.1.2.3' })).headers).toEqual({})
      expect((await ask({ peer: '::1' })).reply).toBeUndefined()
      expect((await ask({}, { user: 'admin' })).headers).toEqual({})
    }
    expect((await ask()).headers['RateLimit']).toBe('"api";r=1;t=1')
  })

  it('without an address fail, and share no limit', async () => {
    const { ask } = limiting({ policies: 'api', ...DIRECT })
    await expect(ask({ peer: undefined })).rejects.toMatchObject({ code: 'NO_CLIENT_ADDRESS', status: 500 })
    const behind = limiting({ policies: 'api', clientAddress: { hops: 1 } })
    const headers = { 'x-forwarded-for': 'unknown' }
    await expect(behind.ask({ headers })).rejects.toMatchObject({ code: 'NO_CLIENT_ADDRESS' })
  })

  it('wait for their turn in a queue', async () => {
    const { ask } = limiting({ policies: 'slow', ...DIRECT })
    const decisions: Context[] = [{}, {}]
    await Promise.all(decisions.map(async (context) => await ask({}, context)))
    const delays = decisions
      .map((context) => rateLimitOf(context))
      .map((one) => (one?.allowed === true ? one.delayMs : -1))
    expect(delays).toEqual([0, 10])
  })

  it('of a policy that only tries pass, and are told nothing of it', async () => {
    const { ask, statuses } = limiting({ policies: ['tried', 'large'], ...DIRECT })
    expect(await statuses([], [], [])).toEqual([200, 200, 200])
    expect((await ask()).headers['RateLimit']).toBe('"large";r=96;t=3600')
  })

  it('know what was decided of them', async () => {
    const { ask } = limiting({ policies: 'api', ...DIRECT })
    const context = {}
    expect(rateLimitOf(context)).toBeUndefined()
    await ask({}, context)
    expect(rateLimitOf(context)).toMatchObject({ allowed: true, policies: { api: { remaining: 1 } } })
  })
})

it('counts a request once, however often it is in front of a handler', async () => {
  const { ask } = limiting({ policies: 'api', ...DIRECT })
  const context = {}
  expect((await ask({}, context)).headers['RateLimit']).toBe('"api";r=1;t=1')
  expect((await ask({}, context)).headers).toEqual({})
  expect((await ask()).headers['RateLimit']).toBe('"api";r=0;t=1')
})

describe('rules', () => {
  it('are for the requests that they match; all that match have to pass', async () => {
    const { statuses } = limiting({
      ...DIRECT,
      rules: [
        { policies: 'api', match: 'POST /orders' },
        { policies: 'hourly', match: ['/analytics/*', '/orders'], key: ({ user }) => user },
      ],
    })
    const order: [MadeFrom, Context] = [{ method: 'POST', target: '/orders' }, { user: 'a' }]
    const other: [MadeFrom, Context] = [{ method: 'POST', target: '/%6Frders/' }, { user: 'b' }]
    expect(await statuses(order, order, other, order)).toEqual([200, 200, 429, 429])
    const look: [MadeFrom, Context] = [{ target: '/analytics/day' }, { user: 'a' }]
    expect(await statuses(look, look, [{ target: '/other' }])).toEqual([200, 429, 200])
  })

  it('that overlap take once, by the one that costs most', async () => {
    const { ask } = limiting({
      ...DIRECT,
      rules: [
        { policies: 'large', match: '/orders/*' },
        { policies: ['large', 'api'], match: 'POST *', cost: 2 },
        { policies: 'large', match: '*', cost: 0 },
      ],
    })
    expect((await ask({ method: 'POST', target: '/orders/1' })).headers['RateLimit']).toBe(
      '"large";r=98;t=3600, "api";r=0;t=1',
    )
    expect((await ask({ target: '/orders/1' })).headers['RateLimit']).toBe('"large";r=97;t=3600')
  })

  it('of which none matches cost nothing, not even a turn of the loop', () => {
    const redstart = createRedstart({ policies: POLICIES })
    const use = limitRequests(redstart, { policies: 'api', match: '/orders', ...DIRECT })
    expect(use.decide(madeExchange({ target: '/other' }), {})).toEqual({ settle: undefined })
  })
})

describe('what was taken is given back', () => {
  it.each([
    ['success', 200, 'finish', true],
    ['success', 302, 'finish', true],
    ['success', 401, 'finish', false],
    ['success', 500, 'finish', false],
    ['failure', 200, 'finish', false],
    ['failure', 404, 'finish', true],
    ['failure', 200, 'abort', true],
    [({ status }: { status: number }) => status === 401, 401, 'finish', true],
    [({ aborted }: { aborted: boolean }) => aborted, 200, 'finish', false],
    [({ aborted }: { aborted: boolean }) => aborted, 200, 'abort', true],
  ] as const)('by %s after %d, %s: %s', async (refund, status, how, isRefunded) => {
    const { ask, redstart } = limiting({ policies: 'hourly', ...DIRECT, refund })
    const asked = await ask()
    await asked.end(headOf(status), how)
    const { policies } = await redstart.limiter.peek('hourly', { key: '203.0.113.7' })
    expect(policies.hourly?.remaining).toBe(isRefunded ? 3 : 2)
  })

  it('of the rules alone that say so', async () => {
    const { ask, redstart } = limiting({
      ...DIRECT,
      rules: [
        { policies: 'large' },
        { policies: 'hourly', key: ({ user }) => user, refund: 'success', cost: 2 },
        { policies: 'api', refund: 'failure' },
      ],
    })
    const left = async (): Promise<readonly (number | undefined)[]> => {
      const { policies } = await redstart.limiter.peek(['large', 'api'], { key: '203.0.113.7' })
      const own = await redstart.limiter.peek('hourly', { key: 'ada' })
      return [policies.large?.remaining, own.policies.hourly?.remaining, policies.api?.remaining]
    }
    const first = await ask({}, { user: 'ada' })
    expect(await left()).toEqual([99, 1, 1])
    await first.end(headOf(200))
    expect(await left()).toEqual([99, 3, 1])
    await (await ask({}, { user: 'ada' })).end(headOf(404))
    expect(await left()).toEqual([98, 1, 1])
  })

  it('changes no answer of an instance that was closed meanwhile', async () => {
    const { ask, redstart } = limiting({ policies: 'hourly', ...DIRECT, refund: () => true })
    const asked = [await ask(), await ask()] as const
    await redstart.close()
    await expect(asked[0].end(headOf(200))).resolves.toBeUndefined()
    await expect(asked[1].end(headOf(200), 'abort')).resolves.toBeUndefined()
  })

  it('before the answer leaves', async () => {
    const { ask, statuses } = limiting({ policies: 'hourly', ...DIRECT, refund: 'success' })
    for (let n = 0; n < 10; n++) await (await ask()).end(headOf(200))
    for (let n = 0; n < 3; n++) await (await ask()).end(headOf(401))
    expect(await statuses([])).toEqual([429])
  })
})

describe('headers', () => {
  it.each([
    ['draft-7', ['RateLimit-Policy', 'RateLimit']],
    ['draft-6', ['RateLimit-Policy', 'RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset']],
    ['legacy', ['X-RateLimit-Limit', 'X-RateLimit-Remaining', 'X-RateLimit-Reset']],
    [
      ['draft-8', 'legacy'],
      ['RateLimit-Policy', 'RateLimit', 'X-RateLimit-Limit', 'X-RateLimit-Remaining', 'X-RateLimit-Reset'],
    ],
    [false, []],
    [[], []],
  ] as const)('%j are %j', async (headers, names) => {
    const { ask } = limiting({ policies: 'api', ...DIRECT, headers })
    expect(Object.keys((await ask()).headers)).toEqual(names)
  })

  it('tell when, by the wall clock', async () => {
    const { ask } = limiting({ policies: 'hourly', ...DIRECT, headers: 'legacy', legacyReset: 'unix' })
    const reset = Number((await ask()).headers['X-RateLimit-Reset'])
    expect(Math.abs(reset - (Date.now() / 1000 + 3600))).toBeLessThan(60)
  })

  it('tell which requests share a quota, and not whose it is', async () => {
    const { ask } = limiting({ policies: 'api', key: ({ user }) => user, partitionKey: 'a secret of some length' })
    const pk = async (user: string): Promise<string | undefined> =>
      /;pk=:([\w+/=]+):$/.exec((await ask({}, { user })).headers['RateLimit'] ?? '')?.[1]
    const [one, again, other] = [await pk('ada'), await pk('ada'), await pk('bob')]
    expect(one).toHaveLength(16)
    expect(again).toBe(one)
    expect(other).not.toBe(one)
  })

  it('are shown to scripts of other origins, where a request comes from one', async () => {
    const { ask } = limiting({ policies: 'api', ...DIRECT })
    const headers = { origin: 'https://app.example' }
    const names: (string | undefined)[] = []
    for (let n = 0; n < 3; n++) names.push((await ask({ headers })).headers['Access-Control-Expose-Headers'])
    expect(names).toEqual([
      'RateLimit-Policy, RateLimit',
      'RateLimit-Policy, RateLimit',
      'RateLimit-Policy, RateLimit, Retry-After',
    ])
    expect((await ask()).headers).not.toHaveProperty('Access-Control-Expose-Headers')
    const none = limiting({ policies: 'api', ...DIRECT, expose: false })
    expect((await none.ask({ headers })).headers).not.toHaveProperty('Access-Control-Expose-Headers')
  })
})

describe('who is refused', () => {
  it('may get another answer', async () => {
    const { ask } = limiting({
      policies: 'api',
      ...DIRECT,
      refuse: async ({ limitedBy, retryAfterMs = 0 }) => ({
        status: 420,
        headers: [['x-limit', limitedBy ?? '']],
        body: `${Math.ceil(retryAfterMs / 1000)} s`,
      }),
    })
    for (let n = 0; n < 2; n++) await ask()
    expect((await ask()).reply).toEqual({ status: 420, headers: [['x-limit', 'api']], body: '1 s' })
  })

  it('is told that it was for a block', async () => {
    const { ask, redstart } = limiting({ policies: 'api', ...DIRECT })
    await redstart.limiter.block({ key: '203.0.113.7', for: '10m' })
    const { reply } = await ask()
    expect(reply?.status).toBe(429)
    expect(bodyOf(reply)).toMatchObject({ code: 'BLOCKED', 'violated-policies': [] })
  })
})

it.each<[unknown, string]>([
  [undefined, 'an object'],
  [{}, 'the name of a policy'],
  [{ policies: [], ...DIRECT }, 'the name of a policy'],
  [{ policies: 'hourl', ...DIRECT }, 'did you mean hourly?'],
  [{ policies: ['api', 'toString'], ...DIRECT }, 'one of api, hourly'],
  [{ policies: ['api', 'api'], ...DIRECT }, 'there twice'],
  [{ policies: 'permits', ...DIRECT }, 'limiter.acquire'],
  [{ policies: 'api' }, 'has no key'],
  [{ policies: 'api', key: () => 1, allow: ['10.0.0.0/8'] }, 'allow is there without clientAddress'],
  [{ policies: 'api', key: 'ip' }, 'a function'],
  [{ policies: 'api', ...DIRECT, cost: 1.5 }, 'a whole number'],
  [{ policies: 'api', ...DIRECT, cost: -1 }, 'a whole number'],
  [{ policies: 'api', ...DIRECT, cost: Number.NaN }, 'a whole number'],
  [{ policies: 'api', ...DIRECT, cost: 3 }, '2 at most'],
  [{ policies: 'api', ...DIRECT, match: [] }, 'no request would match'],
  [{ policies: 'api', ...DIRECT, match: 'GTE /orders' }, 'did you mean GET?'],
  [{ policies: 'api', ...DIRECT, match: 'orders' }, "'/orders/:id'"],
  [{ policies: 'api', ...DIRECT, macth: '/orders' }, 'did you mean match?'],
  [{ policies: 'api', ...DIRECT, skip: true }, 'a function'],
  [{ policies: 'api', ...DIRECT, refund: 'failed' }, "'failure'"],
  [{ policies: 'api', ...DIRECT, headers: 'draft-9' }, 'draft-8'],
  [{ policies: 'api', ...DIRECT, headers: ['draft-8', 'draft-7'] }, 'one of the drafts'],
  [{ policies: 'api', ...DIRECT, legacyReset: 'ms' }, 'unix'],
  [{ policies: 'api', ...DIRECT, partitionKey: 'short' }, '16 characters'],
  [{ policies: 'api', ...DIRECT, jitter: 2 }, '0 to 1'],
  [{ policies: 'api', ...DIRECT, refuse: {} }, 'a function'],
  [{ policies: 'api', ...DIRECT, network: { v6: 0 } }, '1 to 128'],
  [{ policies: 'api', clientAddress: 'proxy' }, 'framework'],
  [{ policies: 'api', ...DIRECT, allow: ['10.0.0.0/40'] }, 'a network of allow'],
  [{ ...DIRECT, rules: [] }, 'one at least'],
  [{ ...DIRECT, rules: [{ policies: 'api', clientAddress: 'framework' }] }, 'a member of a rule'],
  [{ ...DIRECT, policies: 'api', rules: [{ policies: 'api' }] }, 'in each of the rules'],
  [{ ...DIRECT, rules: [{ policies: 'api' }, { policies: ['hourly', 'api'] }] }, '"api" is there twice'],
  [
    {
      ...DIRECT,
      rules: [
        { policies: 'api', match: '/a/*' },
        { policies: 'api', match: 'POST /:any/:id', key: () => 1 },
      ],
    },
    'by different keys',
  ],
  [
    {
      ...DIRECT,
      rules: [
        { policies: 'api', match: ['/a', '/b/:id'] },
        { policies: 'api', match: 'GET|POST /c' },
        { policies: 'api', match: '/B/:other/' },
      ],
    },
    '"api" is there twice',
  ],
])('%j is refused when it is made: %s', (options, message) => {
  const redstart = createRedstart({ policies: POLICIES })
  expect(() => limitRequests(redstart, options as never)).toThrow(
    expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(message) }),
  )
})

it('takes an instance, or its limiter, and nothing else', () => {
  const { limiter } = createRedstart({ policies: POLICIES })
  expect(limitRequests(limiter, { policies: 'api', ...DIRECT })).toHaveProperty('decide')
  for (const from of [undefined, null, {}, { limiter: {} }, 'redstart'])
    expect(() => limitRequests(from as never, { policies: 'api' as never, ...DIRECT })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('createRedstart') }),
    )
})
