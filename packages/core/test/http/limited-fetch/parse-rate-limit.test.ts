import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseRateLimit, type ToldQuota } from '../../../src/http/limited-fetch/parse-rate-limit.ts'
import type { Quota } from '../../../src/http/rate-limit/quota.ts'
import { quotaHeaders } from '../../../src/http/rate-limit/quota-headers.ts'

/** 2026-11-22T00:00:00Z */
const NOW = 1_795_305_600_000

const UNTOLD: ToldQuota = {
  name: undefined,
  limit: undefined,
  remaining: undefined,
  resetAfterMs: undefined,
  windowMs: undefined,
  partitionKey: undefined,
  unit: 'requests',
}

function quotasIn(headers: Readonly<Record<string, string>>): readonly ToldQuota[] {
  return parseRateLimit(headers, NOW).quotas
}

describe('quotas are read', () => {
  it.each<[string, Readonly<Record<string, string>>, Partial<ToldQuota>]>([
    [
      'of draft 8',
      { RateLimit: '"default";r=50;t=30', 'RateLimit-Policy': '"default";q=100;w=60' },
      { name: 'default', limit: 100, remaining: 50, resetAfterMs: 30_000, windowMs: 60_000 },
    ],
    [
      'of draft 8 as express-rate-limit writes it',
      {
        ratelimit: '"100-in-1min"; r=99; t=60',
        'ratelimit-policy': '"100-in-1min"; q=100; w=60; pk=:MTJjYTE3Yjk3NDli:',
      },
      // Without pk in both, these are two: nobody knows that they belong together.
      { name: '100-in-1min', limit: 100, windowMs: 60_000, partitionKey: 'MTJjYTE3Yjk3NDli' },
    ],
    [
      'of examples in the drafts',
      { RateLimit: '"default";r=300000000;t=60;pk=:QXBwLTk5OQ==:' },
      { name: 'default', remaining: 300_000_000, resetAfterMs: 60_000, partitionKey: 'QXBwLTk5OQ==' },
    ],
    [
      'with a name that is a token, and in units',
      { 'RateLimit-Policy': 'peruser;q=65535;qu="content-bytes";w=10;pk=:sdfjLJUOUH==:' },
      { name: 'peruser', limit: 65_535, unit: 'content-bytes', windowMs: 10_000, partitionKey: 'sdfjLJUOUH==' },
    ],
    ['of an early draft 11', { RateLimit: '"default";a=5' }, { name: 'default', remaining: 5 }],
    [
      'of draft 7',
      { RateLimit: 'limit=100, remaining=0, reset=30', 'RateLimit-Policy': '10;w=1, 100;w=60' },
      { limit: 100, remaining: 0, resetAfterMs: 30_000, windowMs: 60_000 },
    ],
    ['of draft 7 in other spelling', { RateLimit: 'Limit = 5 , Remaining=2' }, { limit: 5, remaining: 2 }],
    [
      'of draft 6',
      { 'RateLimit-Limit': '100', 'RateLimit-Remaining': '9', 'RateLimit-Reset': '50', 'RateLimit-Policy': '100;w=60' },
      { limit: 100, remaining: 9, resetAfterMs: 50_000, windowMs: 60_000 },
    ],
    [
      'of draft 3',
      { 'RateLimit-Limit': '12, 12;w=1;burst=1000', 'RateLimit-Remaining': '3', 'RateLimit-Reset': '1' },
      { limit: 12, remaining: 3, resetAfterMs: 1000, windowMs: 1000 },
    ],
    [
      'of before, with seconds',
      { 'X-RateLimit-Limit': '60', 'X-RateLimit-Remaining': '56', 'X-RateLimit-Reset': '42' },
      { limit: 60, remaining: 56, resetAfterMs: 42_000 },
    ],
    [
      'of before, with an instant',
      { 'x-ratelimit-limit': '60', 'x-ratelimit-remaining': '56', 'x-ratelimit-reset': String(NOW / 1000 + 7) },
      { limit: 60, remaining: 56, resetAfterMs: 7000 },
    ],
    [
      'of before, with an instant of a machine with another clock',
      {
        'x-ratelimit-remaining': '1',
        'x-ratelimit-reset': String(NOW / 1000 + 3607),
        date: 'Sun, 22 Nov 2026 01:00:00 GMT',
      },
      { remaining: 1, resetAfterMs: 7000 },
    ],
    [
      'of before, in milliseconds',
      { 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': String(NOW + 1500) },
      { remaining: 0, resetAfterMs: 1500 },
    ],
    [
      'of before, with a fraction and how long',
      { 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': '1470173023.123', 'X-RateLimit-Reset-After': '1.2' },
      { remaining: 0, resetAfterMs: 1200 },
    ],
    [
      'of before, with a date',
      { 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': '2026-11-22T00:00:10Z' },
      { remaining: 0, resetAfterMs: 10_000 },
    ],
  ])('%s', (_name, headers, quota) => {
    expect(quotasIn(headers)).toContainEqual({ ...UNTOLD, ...quota })
  })

  it('of several policies', () => {
    const headers = {
      RateLimit: '"burst";r=7;t=1, "hourly";r=500;t=61',
      'RateLimit-Policy': '"burst";q=20;w=2, "hourly";q=1000;w=3600, "daily";q=9000;w=86400',
    }
    expect(quotasIn(headers)).toEqual([
      { ...UNTOLD, name: 'burst', limit: 20, remaining: 7, resetAfterMs: 1000, windowMs: 2000 },
      { ...UNTOLD, name: 'hourly', limit: 1000, remaining: 500, resetAfterMs: 61_000, windowMs: 3_600_000 },
      { ...UNTOLD, name: 'daily', limit: 9000, windowMs: 86_400_000 },
    ])
  })

  it('of the newest generation, where several came', () => {
    const old = { 'X-RateLimit-Remaining': '1', 'RateLimit-Remaining': '2' }
    expect(quotasIn(old)).toMatchObject([{ remaining: 2 }])
    expect(quotasIn({ ...old, RateLimit: '"a";r=3' })).toMatchObject([{ remaining: 3 }])
    expect(quotasIn({ ...old, RateLimit: '"a";r=' })).toMatchObject([{ remaining: 2 }])
  })

  it('of no answer from a cache', () => {
    const headers = { RateLimit: '"a";r=3', 'retry-after': '9', age: '4' }
    expect(parseRateLimit(headers, NOW)).toEqual({ quotas: [], retryAfterMs: 5000 })
  })

  it('of what fetch and Node.js have', () => {
    expect(parseRateLimit(new Headers({ RateLimit: '"a";r=3' })).quotas).toMatchObject([{ remaining: 3 }])
    expect(parseRateLimit({ ratelimit: ['"a";r=3', '"b";r=4'], 'x-n': 1, none: undefined }).quotas).toMatchObject([
      { name: 'a', remaining: 3 },
      { name: 'b', remaining: 4 },
    ])
  })
})

describe('Retry-After is read', () => {
  it.each([
    ['120', 120_000],
    ['0', 0],
    ['1.5', 1500],
    ['Sun, 22 Nov 2026 00:00:30 GMT', 30_000],
    ['Sat, 21 Nov 2026 23:00:00 GMT', 0],
    ['-5', undefined],
    ['soon', undefined],
    ['', undefined],
  ])('%j', (text, ms) => {
    expect(parseRateLimit({ 'Retry-After': text }, NOW).retryAfterMs).toBe(ms)
  })

  it('as a date, by the clock of who sent it', () => {
    const headers = { 'retry-after': 'Sun, 22 Nov 2026 05:00:30 GMT', date: 'Sun, 22 Nov 2026 05:00:00 GMT' }
    expect(parseRateLimit(headers, NOW).retryAfterMs).toBe(30_000)
  })
})

it.each([
  '"default',
  '"default";r',
  '"default";r=-1',
  '"default";=5',
  '"a";r=5 "b";r=6',
  'limit=, remaining=5',
  '(("a")',
  '🙈',
  `"${'x'.repeat(9000)}";r=0`,
  '"default";r=?0',
])('%j tells of nothing left', (field) => {
  for (const { remaining } of quotasIn({ RateLimit: field })) expect(remaining).toBeUndefined()
})

it('whatever is sent, nothing is thrown and no number is one that cannot be', () => {
  const piece = fc.constantFrom(
    '"',
    'a',
    ';',
    'r=',
    'q=',
    't',
    'w=',
    ',',
    ' ',
    '\t',
    '5',
    '-1',
    '1e9',
    '.',
    ':',
    '=',
    '\\',
    '(',
    '?1',
    '\u0000',
    '🙈',
  )
  const text = fc.oneof(fc.string({ unit: piece, maxLength: 30 }), fc.string({ unit: 'binary', maxLength: 30 }))
  const name = fc.constantFrom(
    'ratelimit',
    'ratelimit-policy',
    'ratelimit-limit',
    'ratelimit-remaining',
    'x-ratelimit-reset',
    'x-ratelimit-remaining',
    'retry-after',
    'date',
    'age',
  )
  fc.assert(
    fc.property(fc.dictionary(name, text), (headers) => {
      const { quotas, retryAfterMs = 0 } = parseRateLimit(headers, NOW)
      for (const { limit = 0, remaining = 0, resetAfterMs = 0, windowMs = 0 } of quotas)
        for (const number of [limit, remaining, resetAfterMs, windowMs]) expect(number).toBeGreaterThanOrEqual(0)
      expect(retryAfterMs).toBeGreaterThanOrEqual(0)
    }),
    { numRuns: 300 },
  )
})

it.each([
  ','.repeat(8000),
  '"'.repeat(8000),
  ' '.repeat(8000),
  '\\'.repeat(8000),
  `"${'\\'.repeat(7999)}`,
  'a;'.repeat(4000),
  ':'.repeat(8000),
])('what is long and hostile takes no long time', (field) => {
  const begin = process.cpuUsage().user
  quotasIn({ RateLimit: field, 'RateLimit-Policy': field, 'X-RateLimit-Remaining': field })
  expect(process.cpuUsage().user - begin).toBeLessThan(1_000_000)
})

it('what quotas are written as is read as them again', () => {
  const whole = fc.nat(1_000_000)
  const quota: fc.Arbitrary<Quota> = fc.record({
    name: fc.stringMatching(/^[ -~]{0,20}$/),
    limit: whole,
    windowMs: fc.option(
      whole.map((seconds) => 1000 * (seconds + 1)),
      { nil: undefined },
    ),
    remaining: whole,
    nextAfterMs: whole.map((seconds) => 1000 * seconds),
    resetAfterMs: whole.map((seconds) => 1000 * seconds),
    unit: fc.constantFrom('requests', 'content-bytes', 'concurrent-requests'),
  })
  const several = fc.uniqueArray(quota, { minLength: 1, maxLength: 4, selector: ({ name }) => name })
  const legacy = { legacyReset: 'unix', unixSeconds: () => NOW / 1000 } as const
  fc.assert(
    fc.property(several, fc.constantFrom(undefined, 'cHsdsRa894=='), (quotas, partitionKey) => {
      const newest = quotaHeaders('draft-8', legacy).of(quotas, { partitionKey })
      const expected = quotas.map(({ resetAfterMs: _all, nextAfterMs, ...rest }) => ({
        ...rest,
        partitionKey,
        resetAfterMs: nextAfterMs === 0 ? undefined : nextAfterMs,
      }))
      expect(quotasIn(Object.fromEntries(newest))).toEqual(expected)
      for (const format of ['draft-7', 'draft-6', 'legacy'] as const) {
        const [read] = quotasIn(Object.fromEntries(quotaHeaders(format, legacy).of(quotas, {})))
        const { limit, remaining, resetAfterMs } =
          quotas.find((one) => one.limit === read?.limit && one.remaining === read.remaining) ?? {}
        expect(read).toMatchObject({ limit, remaining })
        if (remaining !== undefined && remaining > 0 && quotas.length === 1)
          expect(read?.resetAfterMs).toBe(resetAfterMs)
      }
    }),
  )
})
