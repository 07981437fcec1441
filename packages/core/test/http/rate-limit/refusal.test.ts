import { describe, expect, it } from 'vitest'
import { type Refusal, refusalReply, retryAfterSeconds } from '../../../src/http/rate-limit/refusal.ts'
import { partitionKeys } from '../../../src/http/rate-limit/partition-key.ts'

const TYPES = 'https://iana.org/assignments/http-problem-types#'

function answer(refusal: Refusal): { readonly status: number; readonly headers: object; readonly body: unknown } {
  const { status, headers, body } = refusalReply(refusal, 0)
  return { status, headers: Object.fromEntries(headers), body: JSON.parse(String(body)) }
}

describe('the answer to a refused check', () => {
  it.each([
    [
      { reason: 'quota', violated: ['burst', 'hourly'], retryAfterMs: 1001 },
      429,
      '2',
      'quota-exceeded',
      'QUOTA_EXCEEDED',
    ],
    [{ reason: 'blocked', violated: [], retryAfterMs: 600_000 }, 429, '600', 'abnormal-usage-detected', 'BLOCKED'],
    [
      { reason: 'unsatisfiable', violated: ['burst'], retryAfterMs: undefined },
      429,
      undefined,
      'quota-exceeded',
      'QUOTA_EXCEEDED',
    ],
    [
      { reason: 'unavailable', violated: [], retryAfterMs: 1 },
      503,
      '1',
      'temporary-reduced-capacity',
      'LIMITER_UNAVAILABLE',
    ],
  ] as const)('of %j is %d', (refusal, status, retryAfter, type, code) => {
    const { status: answered, headers, body } = answer(refusal)
    expect(answered).toBe(status)
    expect(headers).toEqual({
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
    })
    expect(body).toMatchObject({ type: TYPES + type, status, code, title: expect.any(String) })
    expect((body as Record<string, unknown>)['violated-policies']).toEqual(
      refusal.reason === 'unavailable' ? undefined : refusal.violated,
    )
  })
})

it('Retry-After is rounded up, never 0, and later by a share of the jitter', () => {
  expect([0, 1, 1000, 1001].map((ms) => retryAfterSeconds(ms, 0))).toEqual([1, 1, 1, 2])
  expect(retryAfterSeconds(60_000, 0.1, () => 0)).toBe(60)
  expect(retryAfterSeconds(60_000, 0.1, () => 0.999)).toBe(66)
  for (let n = 0; n < 100; n++) {
    const seconds = retryAfterSeconds(100_000, 0.1)
    expect(seconds).toBeGreaterThanOrEqual(100)
    expect(seconds).toBeLessThanOrEqual(110)
  }
})

describe('a partition key', () => {
  const keyOf = partitionKeys('a secret of some length')

  it('is the same for one key, and another for any other and with another secret', () => {
    expect(keyOf('203.0.113.7')).toMatch(/^[A-Za-z0-9+/]{16}$/)
    expect(keyOf('203.0.113.7')).toBe(partitionKeys('a secret of some length')('203.0.113.7'))
    const others = [keyOf('203.0.113.8'), keyOf(''), partitionKeys('another secret of some length')('203.0.113.7')]
    expect(new Set([keyOf('203.0.113.7'), ...others]).size).toBe(4)
  })

  it('needs a secret, which no error shows', () => {
    for (const secret of ['short and weak', undefined as never])
      expect(() => partitionKeys(secret)).toThrow(
        expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.not.stringContaining('weak') }),
      )
  })
})
