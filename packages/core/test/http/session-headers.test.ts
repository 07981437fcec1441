import { describe, expect, it } from 'vitest'
import { protect } from '../../src/http/session-headers.ts'
import { headOf, madeExchange } from './made-exchange.ts'

const NEITHER = { used: false, cookie: false }

describe('the headers of an answer', () => {
  it.each([
    ['that has nothing to do with a session', NEITHER, [], []],
    ['whose handler looked at it', { ...NEITHER, used: true }, [], [['vary', 'Cookie']]],
    [
      'that sets the cookie',
      { ...NEITHER, cookie: true },
      [],
      [
        ['cache-control', 'no-store'],
        ['vary', 'Cookie'],
      ],
    ],
    [
      'that says private',
      { used: true, cookie: true },
      [['cache-control', 'Private, max-age=1']],
      [['vary', 'Cookie']],
    ],
    [
      'that says no-store',
      { used: true, cookie: true },
      [['cache-control', 'max-age=0, no-store']],
      [['vary', 'Cookie']],
    ],
    [
      'that says public',
      { used: false, cookie: true },
      [['cache-control', 'public']],
      [
        ['cache-control', 'no-store'],
        ['vary', 'Cookie'],
      ],
    ],
    [
      'that varies by cookies',
      { used: true, cookie: false },
      [
        ['vary', 'Accept'],
        ['vary', 'origin, COOKIE'],
      ],
      [],
    ],
    ['that varies by everything', { used: true, cookie: false }, [['vary', '*']], []],
    [
      'that varies by a header of a similar name',
      { used: true, cookie: false },
      [['vary', 'x-cookies']],
      [['vary', 'Cookie']],
    ],
  ] as const)('%s', (_what, traces, headers, given) => {
    const exchange = madeExchange()
    protect(exchange, traces, headOf(200, headers))
    expect(exchange.given).toEqual(given)
  })
})
