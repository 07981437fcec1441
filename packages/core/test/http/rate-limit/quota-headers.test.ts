import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { parseDictionary, parseList } from 'structured-headers'
import { describe, expect, it } from 'vitest'
import type { Quota } from '../../../src/http/rate-limit/quota.ts'
import { type HeaderFormat, quotaHeaders, type Telling } from '../../../src/http/rate-limit/quota-headers.ts'

const BURST: Quota = {
  name: 'burst',
  limit: 20,
  windowMs: 2000,
  remaining: 7,
  nextAfterMs: 100,
  resetAfterMs: 1250,
  unit: 'requests',
}
const HOURLY: Quota = {
  name: 'hourly',
  limit: 1000,
  windowMs: 3_600_000,
  remaining: 500,
  nextAfterMs: 60_001,
  resetAfterMs: 1_800_000,
  unit: 'requests',
}

function told(
  format: HeaderFormat,
  quotas: readonly Quota[],
  telling: Telling = {},
  legacyReset: 'seconds' | 'unix' = 'seconds',
): Readonly<Record<string, string>> {
  const headers = quotaHeaders(format, { legacyReset, unixSeconds: () => 1_800_000_000 })
  const list = headers.of(quotas, telling)
  expect(list.map(([name]) => name)).toEqual(quotas.length === 0 ? [] : headers.names)
  return Object.fromEntries(list)
}

describe('the headers of quotas', () => {
  it('are, of drafts 8 to 11, lists of all policies', () => {
    expect(told('draft-8', [BURST, HOURLY])).toEqual({
      'RateLimit-Policy': '"burst";q=20;w=2, "hourly";q=1000;w=3600',
      RateLimit: '"burst";r=7;t=1, "hourly";r=500;t=61',
    })
    expect(told('draft-8', [{ ...BURST, remaining: 20, nextAfterMs: 0 }], { partitionKey: 'cHsdsRa894==' })).toEqual({
      'RateLimit-Policy': '"burst";q=20;w=2;pk=:cHsdsRa894==:',
      RateLimit: '"burst";r=20;pk=:cHsdsRa894==:',
    })
    const inFlight: Quota = { ...BURST, name: 'in flight', windowMs: undefined, unit: 'concurrent-requests' }
    expect(told('draft-8', [inFlight])['RateLimit-Policy']).toBe('"in flight";q=20;qu="concurrent-requests"')
  })

  it('are, of draft 7, of the tightest', () => {
    expect(told('draft-7', [HOURLY, BURST])).toEqual({
      'RateLimit-Policy': '1000;w=3600, 20;w=2',
      RateLimit: 'limit=20, remaining=7, reset=2',
    })
  })

  it('are, of draft 6, one for each number', () => {
    expect(told('draft-6', [BURST, HOURLY])).toEqual({
      'RateLimit-Policy': '20;w=2, 1000;w=3600',
      'RateLimit-Limit': '20',
      'RateLimit-Remaining': '7',
      'RateLimit-Reset': '2',
    })
  })

  it('are, of before, those that everybody knows', () => {
    const legacy = { 'X-RateLimit-Limit': '20', 'X-RateLimit-Remaining': '7', 'X-RateLimit-Reset': '2' }
    expect(told('legacy', [BURST, HOURLY])).toEqual(legacy)
    expect(told('legacy', [BURST], {}, 'unix')).toEqual({ ...legacy, 'X-RateLimit-Reset': '1800000002' })
  })

  it('tell nothing of no quota', () => {
    for (const format of ['draft-8', 'draft-7', 'draft-6', 'legacy'] as const) expect(told(format, [])).toEqual({})
  })

  it('have no reset that is later than Retry-After, where nothing is left', () => {
    const none = { ...HOURLY, remaining: 0 }
    expect(told('draft-6', [none])['RateLimit-Reset']).toBe('61')
    expect(told('legacy', [none, { ...BURST, remaining: 0 }])['X-RateLimit-Reset']).toBe('61')
    expect(told('draft-7', [HOURLY], { limited: true })['RateLimit']).toBe('limit=1000, remaining=500, reset=61')
  })

  it('refuse a format that there is not, and a name that no header can tell', () => {
    expect(() => told('draft-5' as never, [])).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    expect(() => told('draft-8', [{ ...BURST, name: 'menü' }])).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    )
  })
})

describe('read by a parser of structured fields, what was written is what was meant', () => {
  const number = fc.oneof(
    fc.nat(),
    fc.nat().map((n) => n / 7),
    fc.constantFrom(0, 1, 1e15, Number.MAX_SAFE_INTEGER, Infinity),
  )
  const quota: fc.Arbitrary<Quota> = fc.record({
    name: fc.string({
      unit: fc.integer({ min: 32, max: 126 }).map((code) => String.fromCharCode(code)),
      maxLength: 40,
    }),
    limit: number,
    windowMs: fc.option(number, { nil: undefined }),
    remaining: number,
    nextAfterMs: number,
    resetAfterMs: number,
    unit: fc.constantFrom('requests', 'content-bytes', 'concurrent-requests'),
  })
  const quotas = fc.array(quota, { minLength: 1, maxLength: 5 })
  const partition = fc.option(fc.uint8Array({ maxLength: 16 }), { nil: undefined })

  it('of drafts 8 to 11', () => {
    fc.assert(
      fc.property(quotas, partition, (all, bytes) => {
        const partitionKey = bytes && Buffer.from(bytes).toString('base64')
        const headers = told('draft-8', all, { partitionKey })
        const pk = bytes === undefined ? [] : [['pk', Uint8Array.from(bytes).buffer]]
        expect(parametersIn(headers['RateLimit-Policy'])).toEqual(
          all.map(({ name, limit, windowMs, unit }) => [
            name,
            [
              ['q', whole(limit)],
              ...(unit === 'requests' ? [] : [['qu', unit]]),
              ...(windowMs === undefined ? [] : [['w', Math.max(1, seconds(windowMs))]]),
              ...pk,
            ],
          ]),
        )
        expect(parametersIn(headers['RateLimit'])).toEqual(
          all.map(({ name, remaining, nextAfterMs }) => [
            name,
            [['r', whole(remaining)], ...(nextAfterMs > 0 ? [['t', seconds(nextAfterMs)]] : []), ...pk],
          ]),
        )
      }),
    )
  })

  it('of drafts 6 and 7', () => {
    fc.assert(
      fc.property(quotas, fc.boolean(), (all, limited) => {
        const expected = all.map(({ limit, windowMs }) => [
          whole(limit),
          windowMs === undefined ? [] : [['w', Math.max(1, seconds(windowMs))]],
        ])
        const [six, seven] = [told('draft-6', all, { limited }), told('draft-7', all, { limited })]
        expect(parametersIn(six['RateLimit-Policy'])).toEqual(expected)
        expect(parametersIn(seven['RateLimit-Policy'])).toEqual(expected)
        const fields = [...parseDictionary(seven['RateLimit'] ?? '')].map(([name, [value]]) => [name, value])
        expect(fields).toEqual([
          ['limit', Number(six['RateLimit-Limit'])],
          ['remaining', Math.min(...all.map(({ remaining }) => whole(remaining)))],
          ['reset', Number(six['RateLimit-Reset'])],
        ])
      }),
    )
  })
})

const LARGEST = 999_999_999_999_999

function whole(value: number): number {
  return Math.min(LARGEST, Math.floor(value))
}

function seconds(ms: number): number {
  return whole(Math.ceil(ms / 1000))
}

function parametersIn(field: string | undefined): unknown {
  return parseList(field ?? '').map(([value, parameters]) => [value, [...parameters]])
}
