import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Duration, LONGEST_DURATION, milliseconds } from '../../src/duration.ts'

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const units = fc.constantFrom('ms', 's', 'm', 'h', 'd')

describe('a duration', () => {
  it.each<[Duration, number]>([
    [0, 0],
    [250, 250],
    ['250ms', 250],
    ['30s', 30_000],
    ['5m', 300_000],
    ['1h', 3_600_000],
    ['7d', 604_800_000],
    ['0.5s', 500],
    ['1.25m', 75_000],
    ['0.0004s', 0],
    ['3650d', LONGEST_DURATION],
  ])('%j is %d ms', (duration, ms) => {
    expect(milliseconds(duration, 'ttl')).toBe(ms)
  })

  it('in any unit is its number times that unit, whole', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 3650 }),
        fc.integer({ min: 0, max: 999 }),
        units,
        (whole, thousandths, unit) => {
          const exact = (whole + thousandths / 1000) * UNITS[unit]
          fc.pre(exact <= LONGEST_DURATION)
          const ms = milliseconds(`${whole}.${String(thousandths).padStart(3, '0')}${unit}` as Duration, 'ttl')
          expect(Number.isInteger(ms)).toBe(true)
          expect(Math.abs(ms - exact)).toBeLessThanOrEqual(0.5)
        },
      ),
    )
  })

  it('as a number is rounded to whole milliseconds', () => {
    expect(milliseconds(1.4, 'ttl')).toBe(1)
    expect(milliseconds(1.5, 'ttl')).toBe(2)
  })

  it('may be as short and as long as is said, and no more', () => {
    expect(milliseconds(1, 'ttl', 1)).toBe(1)
    expect(() => milliseconds(0, 'ttl', 1)).toThrow(/^ttl is 0; expected a duration of 1 ms to 3650 days/)
    expect(() => milliseconds(LONGEST_DURATION + 1, 'ttl')).toThrow(/^ttl is 315360000001; expected a duration of 0 ms/)
  })

  it('written in any other way is refused with its name, its value and what is allowed', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.constantFrom(
            '5 m',
            '5M',
            '-5m',
            '+5m',
            '1e3s',
            '0x10s',
            '٥m',
            '5',
            'm',
            '',
            ' 5m',
            '5m\n',
            '.5s',
            '5.s',
            '1h30m',
          ),
        ),
        (text) => {
          fc.pre(!/^\d{1,15}(\.\d{1,6})?(ms|s|m|h|d)$/.test(text) || text.endsWith('\n'))
          expect(() => milliseconds(text as Duration, 'stale')).toThrow(
            expect.objectContaining({
              code: 'INVALID_ARGUMENT',
              message: expect.stringMatching(/^stale is ".*; expected a duration of .*'5m'/s),
            }),
          )
        },
      ),
    )
  })
})
