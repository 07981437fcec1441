import { describe, expect, it } from 'vitest'
import {
  concurrency,
  createRedstart,
  fixedWindow,
  gcra,
  leakyBucket,
  leakyQueue,
  type Limiter,
  slidingLog,
  slidingWindow,
  tokenBucket,
  tokens,
} from '../../src/index.ts'
import { memory } from '../../src/memory/index.ts'
import { openLimiter } from './opened.ts'

const POLICIES = {
  api: gcra({ rate: '10/s', burst: 3 }),
  hourly: slidingWindow({ limit: 100, window: '1h' }),
  inflight: concurrency({ limit: 2 }),
  queue: leakyQueue({ rate: '10/s', maxWait: '1s' }),
  llm: tokens({ rate: '10/s' }),
}

/** Everything is given as JavaScript would: types forbid most of it. */
function wrong(value: unknown): never {
  return value as never
}

const REFUSED: Readonly<Record<string, (limiter: Limiter<typeof POLICIES>) => unknown>> = {
  'a cost of NaN': (limiter) => limiter.check('api', { key: 'k', cost: Number.NaN }),
  'a negative cost': (limiter) => limiter.check('api', { key: 'k', cost: -1 }),
  'a fractional cost': (limiter) => limiter.check('api', { key: 'k', cost: 0.5 }),
  'an infinite cost': (limiter) => limiter.check('api', { key: 'k', cost: Infinity }),
  'a cost that is text': (limiter) => limiter.check('api', { key: 'k', cost: wrong('1') }),
  'an empty key': (limiter) => limiter.check('api', { key: '' }),
  'no key': (limiter) => limiter.check('api', wrong({})),
  'no options': (limiter) => limiter.check('api', wrong(undefined)),
  'a key that is undefined': (limiter) => limiter.check('api', { key: wrong(undefined) }),
  'a key that is no number': (limiter) => limiter.check('api', { key: Number.NaN }),
  'a key that is an object': (limiter) => limiter.check('api', { key: wrong({}) }),
  'a policy that there is not': (limiter) => limiter.check(wrong('apis'), { key: 'k' }),
  'a policy of the prototype': (limiter) => limiter.check(wrong('constructor'), { key: 'k' }),
  'no policy': (limiter) => limiter.check([], { key: 'k' }),
  'a policy twice': (limiter) => limiter.check(['api', 'api'], { key: 'k' }),
  'a policy twice, of two keys': (limiter) =>
    limiter.check([
      { policy: 'api', key: 'a' },
      { policy: 'api', key: 'b' },
    ]),
  'an item that is none': (limiter) => limiter.check([wrong(null)]),
  'a misspelt option': (limiter) => limiter.check('api', wrong({ key: 'k', costs: 2 })),
  'a misspelt option of an item': (limiter) => limiter.check([wrong({ policy: 'api', key: 'k', costs: 2 })]),
  'an empty id': (limiter) => limiter.check('api', { key: 'k', id: '' }),
  'partial that is no flag': (limiter) => limiter.check('api', { key: 'k', partial: wrong('yes') }),
  'partial with several costs': (limiter) =>
    limiter.check(
      [
        { policy: 'api', key: 'k' },
        { policy: 'hourly', key: 'k', cost: 2 },
      ],
      { partial: true },
    ),
  'permits in a check': (limiter) => limiter.check('inflight', { key: 'k' }),
  'a stand-in that counts otherwise': (limiter) =>
    limiter.check('api', { key: 'k', policies: { api: fixedWindow({ limit: 1, window: '1s' }) } }),
  'a stand-in that nobody made': (limiter) =>
    limiter.check('api', { key: 'k', policies: { api: wrong({ limit: 1 }) } }),
  'a wait for what is no queue': (limiter) => limiter.wait('api', { key: 'k' }),
  'a permit of what has none': (limiter) => limiter.acquire('api', { key: 'k' }),
  'a permit of no weight': (limiter) => limiter.acquire('inflight', { key: 'k', cost: 0 }),
  'a reservation of what has none': (limiter) => limiter.reserve('api', { key: 'k' }),
  'a block without a time': (limiter) => limiter.block(wrong({ key: 'k' })),
  'a block for no time': (limiter) => limiter.block({ key: 'k', for: 0 }),
  'a block with a long reason': (limiter) => limiter.block({ key: 'k', for: '1s', reason: 'x'.repeat(300) }),
  'a reset of nobody': (limiter) => limiter.reset(wrong({})),
  'a penalty for permits': (limiter) => limiter.penalty('inflight', { key: 'k' }),
  'a refund of nothing': (limiter) => limiter.refund(wrong(undefined)),
}

describe('a limiter refuses', () => {
  it.each(Object.keys(REFUSED))('%s', async (name) => {
    await using opened = openLimiter(undefined, POLICIES)
    const outcome = (async () => await REFUSED[name]?.(opened.limiter))()
    await expect(outcome).rejects.toMatchObject({ name: 'RedstartError', code: 'INVALID_ARGUMENT' })
  })

  it('nothing of what clients may send as keys', async () => {
    await using opened = openLimiter(undefined, POLICIES)
    for (const key of ['x'.repeat(10_240), '{a}{b}', '}', '\u0000\n', '\ud800', 0, -1, 12n])
      expect(await opened.limiter.check(['api', 'hourly'], { key })).toMatchObject({ allowed: true })
  })

  it('what costs more than there can be by a decision, without a time to try again', async () => {
    await using opened = openLimiter(undefined, POLICIES)
    const decision = await opened.limiter.check(['api', 'hourly'], { key: 'k', cost: 4 })
    expect(decision).toMatchObject({
      allowed: false,
      reason: 'unsatisfiable',
      limitedBy: 'api',
      retryAfterMs: undefined,
    })
  })

  it('everything once it is closed', async () => {
    const opened = openLimiter(undefined, POLICIES)
    await opened.limiter.check('api', { key: 'k' })
    await opened[Symbol.asyncDispose]()
    const calls = [
      opened.limiter.check('api', { key: 'k' }),
      opened.limiter.peek('api', { key: 'k' }),
      opened.limiter.acquire('inflight', { key: 'k' }),
      opened.limiter.reset({ key: 'k' }),
    ]
    for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'CLOSED' })
  })
})

const NOT_MADE: Readonly<Record<string, () => unknown>> = {
  'no rate': () => gcra(wrong({})),
  'no options': () => gcra(wrong(undefined)),
  'a rate that is none': () => gcra({ rate: wrong('fast') }),
  'a rate of nothing': () => gcra({ rate: '0/s' }),
  'a rate of a fraction': () => gcra({ rate: '0.5/s' }),
  'a rate without a unit': () => gcra({ rate: wrong('10/') }),
  'a rate per unknown unit': () => gcra({ rate: wrong('10/w') }),
  'a rate that is an object of nothing': () => gcra({ rate: wrong({}) }),
  'a burst of nothing': () => gcra({ rate: '10/s', burst: 0 }),
  'a burst that is too large': () => gcra({ rate: '1/3650d', burst: 1_000_000_000 }),
  'a misspelt option': () => gcra(wrong({ rate: '10/s', bursts: 2 })),
  'an unknown mode of failure': () => gcra({ rate: '10/s', onFailure: wrong('ajar') }),
  'a shadow that is no flag': () => gcra({ rate: '10/s', shadow: wrong(1) }),
  'a part above one': () => gcra({ rate: '10/s', nearLimit: 2 }),
  'a lease of more than there is': () => gcra({ rate: '10/s', lease: { most: 11 } }),
  'a block for ever': () => gcra({ rate: '10/s', block: wrong('for ever') }),
  'no capacity': () => leakyBucket(wrong({ rate: '10/s' })),
  'no wait': () => leakyQueue(wrong({ rate: '10/s' })),
  'a lease of a queue': () => leakyQueue(wrong({ rate: '10/s', maxWait: '1s', lease: true })),
  'a negative debt': () => tokens({ rate: '10/s', maxDebt: -1 }),
  'no interval': () => tokenBucket(wrong({ capacity: 2 })),
  'no window': () => fixedWindow(wrong({ limit: 2 })),
  'a window of no time': () => fixedWindow({ limit: 2, window: 0 }),
  'segments of what has none': () => slidingWindow({ limit: 2, window: '1s', segments: 3 }),
  'too many segments': () => slidingWindow({ limit: 2, window: '1s', strict: true, segments: 101 }),
  'a window that is not exact': () => slidingWindow({ limit: 1_000_000_000, window: '3650d' }),
  'a log that is too long': () => slidingLog({ limit: 1001, window: '1s' }),
  'too many permits': () => concurrency({ limit: 10_001 }),
  'a shadow of permits': () => concurrency(wrong({ limit: 1, shadow: true })),
}

describe('a policy is not made with', () => {
  it.each(Object.keys(NOT_MADE))('%s', (name) => {
    expect(() => NOT_MADE[name]?.()).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
  })
})

const NOT_COMPOSED: Readonly<Record<string, () => unknown>> = {
  'a policy that nobody made': () => createRedstart({ policies: { api: wrong({ rate: '10/s' }) } }),
  'policies that are none': () => createRedstart({ policies: wrong(3) }),
  'a name that is not allowed': () => createRedstart({ policies: { 'a:b': POLICIES.api } }),
  'an empty name': () => createRedstart({ policies: { '': POLICIES.api } }),
  'an unknown option of limits': () => createRedstart({ limits: wrong({ deadlines: 1 }) }),
  'no instances': () => createRedstart({ limits: { instances: 0 } }),
  'no deadline': () => createRedstart({ limits: { deadline: 0 } }),
}

describe('an instance is not composed with', () => {
  it.each(Object.keys(NOT_COMPOSED))('%s', (name) => {
    expect(() => NOT_COMPOSED[name]?.()).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
  })

  it('policies over a backend that limits nothing', () => {
    const backend = { name: 'shelf', cache: memory().cache }
    expect(() => createRedstart({ backend, policies: POLICIES })).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED' }),
    )
  })
})
