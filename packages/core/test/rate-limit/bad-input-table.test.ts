import { expect, it } from 'vitest'
import type { HttpExchange } from '../../src/http/index.ts'
import { limitRequests } from '../../src/http/rate-limit/rate-limit-use.ts'
import { createRedstart, fixedWindow, gcra, type Limiter } from '../../src/index.ts'
import { madeExchange } from '../http/made-exchange.ts'
import { openLimiter } from './opened.ts'

const POLICIES = { api: fixedWindow({ limit: 3, window: '1h' }), other: gcra({ rate: '1/1h', burst: 3 }) }
type Checked = Limiter<typeof POLICIES>

/** Everything is given as JavaScript would. */
function wrong(value: unknown): never {
  return value as never
}

const REFUSED = { code: 'INVALID_ARGUMENT' }

/** What rules say is wrong when they are made; what a check is given when it is made. */
const ROWS: readonly (readonly [what: string, when: 'composed' | 'checked', act: (limiter: Checked) => unknown])[] = [
  ['a cost of NaN', 'composed', (limiter) => ruled(limiter, { policies: 'api', cost: Number.NaN })],
  ['a cost of NaN', 'checked', (limiter) => limiter.check('api', { key: 'k', cost: Number.NaN })],
  ['a negative cost', 'composed', (limiter) => ruled(limiter, { policies: 'api', cost: -1 })],
  ['a negative cost', 'checked', (limiter) => limiter.check('api', { key: 'k', cost: -1 })],
  ['a fractional cost', 'composed', (limiter) => ruled(limiter, { policies: 'api', cost: 0.5 })],
  ['a fractional cost', 'checked', (limiter) => limiter.check('api', { key: 'k', cost: 0.5 })],
  ['a cost above capacity', 'composed', (limiter) => ruled(limiter, { policies: 'api', cost: 4 })],
  ['an empty key', 'checked', (limiter) => limiter.check('api', { key: '' })],
  ['a pattern that can never match', 'composed', (limiter) => ruled(limiter, { policies: 'api', match: 'GTE /a' })],
  ['a path that can never match', 'composed', (limiter) => ruled(limiter, { policies: 'api', match: 'orders' })],
  ['no pattern', 'composed', (limiter) => ruled(limiter, { policies: 'api', match: [] })],
  ['one policy twice', 'composed', (limiter) => ruled(limiter, { policies: ['api', 'api'] })],
  ['one policy twice', 'composed', (limiter) => ruled(limiter, { rules: [{ policies: 'api' }, { policies: 'api' }] })],
  ['one policy twice', 'checked', (limiter) => limiter.check(['api', 'api'], { key: 'k' })],
  ['a policy that there is not', 'composed', (limiter) => ruled(limiter, { policies: 'apis' })],
  ['a policy that nobody made', 'composed', () => createRedstart({ policies: { api: wrong({ limit: 3 }) } })],
  ['an address that nobody vouches for', 'composed', (limiter) => limitRequests(limiter, { policies: 'api' })],
]

function ruled(limiter: Checked, rule: object): unknown {
  return limitRequests(limiter, wrong({ clientAddress: { hops: 1 }, ...rule }))
}

it.each(ROWS)('%s is refused when it is %s, by a typed error', async (_, when, act) => {
  await using opened = openLimiter(undefined, POLICIES)
  if (when === 'composed') expect(() => act(opened.limiter)).toThrow(expect.objectContaining(REFUSED))
  else await expect(act(opened.limiter)).rejects.toMatchObject(REFUSED)
})

it('a cost above capacity is refused for good where only a check knows it', async () => {
  await using opened = openLimiter(undefined, POLICIES)
  expect(await opened.limiter.check(['api', 'other'], { key: 'k', cost: 4 })).toMatchObject({
    ...{ allowed: false, reason: 'unsatisfiable', retryAfterMs: undefined },
  })
})

it.each([
  ['of ten kilobytes', 'x'.repeat(10_240), 'x'.repeat(10_239)],
  ['with braces', '{a}b', 'a'],
  ['of braces', '}{', '{}'],
])('a key %s is one, and no other', async (_, key, other) => {
  await using opened = openLimiter(undefined, POLICIES)
  for (const each of [key, other])
    expect(await opened.limiter.check('api', { key: each, cost: 3 })).toMatchObject({ allowed: true })
  expect(await opened.limiter.check('api', { key })).toMatchObject({ allowed: false })
})

it.each([
  ['another list in front', (n: number) => ({ 'x-forwarded-for': `198.51.100.${n}, 203.0.113.9` })],
  ['the other header', (n: number) => ({ forwarded: `for=198.51.100.${n}`, 'x-forwarded-for': '203.0.113.9' })],
  ['a header of another proxy', (n: number) => ({ 'cf-connecting-ip': `198.51.100.${n}` })],
  ['what is no address', (n: number) => ({ 'x-forwarded-for': `${'a'.repeat(n)}, 203.0.113.9` })],
])('a forwarding header that is spoofed, %s, makes nobody another client', async (_, headersOf) => {
  await using opened = openLimiter(undefined, POLICIES)
  const use = limitRequests<typeof POLICIES, HttpExchange>(opened.limiter, {
    policies: 'api',
    clientAddress: { hops: 1 },
  })
  const statuses: (number | undefined)[] = []
  for (let n = 1; n <= 5; n += 1) {
    const exchange = madeExchange({ peer: '10.0.0.1', headers: headersOf(n) })
    const decided = await use.decide(exchange, exchange)
    statuses.push('reply' in decided ? decided.reply?.status : undefined)
  }
  expect(statuses).toEqual([undefined, undefined, undefined, 429, 429])
})
