import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Histogram } from '../../src/telemetry/histogram.ts'

const NOTHING = { count: 0, mean: 0, min: 0, median: 0, p95: 0, p99: 0, max: 0 }

/** The smallest of some times that so large a share of them does not exceed. */
function exact(times: readonly number[], share: number): number {
  const sorted = [...times].sort((a, b) => a - b)
  return sorted[Math.ceil(share * times.length) - 1] ?? Number.NaN
}

function filled(times: readonly number[], long = true): Histogram {
  const histogram = new Histogram(long)
  for (const time of times) histogram.record(time)
  return histogram
}

/** Times of any size: as many below a millisecond as above a second. */
const times = fc
  .array(fc.double({ min: Math.log(0.0001), max: Math.log(1_000_000), noNaN: true }).map(Math.exp), {
    minLength: 1,
    maxLength: 400,
  })
  .chain((some) => fc.constantFrom(some, [...some, 0], [...some, ...some.map(Math.round)]))

/** What is documented: a 32nd, or a tick of a microsecond. */
function close(found: number, wanted: number): boolean {
  return Math.abs(found - wanted) <= Math.max(wanted / 32, 0.001)
}

describe('a histogram', () => {
  it('knows nothing at first, nor after it was cleared', () => {
    const histogram = filled([1, 2])
    histogram.clear()
    expect(histogram.read()).toEqual(NOTHING)
    expect(new Histogram(false).read()).toEqual(NOTHING)
  })

  it('is as close to the exact quantiles as it says, for times of any size and number', () => {
    fc.assert(
      fc.property(times, fc.boolean(), (some, long) => {
        const { count, mean, min, median, p95, p99, max } = filled(some, long).read()
        expect([count, min, max]).toEqual([some.length, Math.min(...some), Math.max(...some)])
        expect(mean).toBeCloseTo(some.reduce((sum, time) => sum + time, 0) / some.length, 6)
        for (const [found, share] of [
          [median, 0.5],
          [p95, 0.95],
          [p99, 0.99],
        ] as const)
          expect({ share, found, exact: exact(some, share), close: close(found, exact(some, share)) }).toMatchObject({
            close: true,
          })
      }),
      { numRuns: 500 },
    )
  })

  it('is never outside of what it was told', () => {
    fc.assert(
      fc.property(times, (some) => {
        const { min, median, p95, p99, max } = filled(some).read()
        expect([min, median, p95, p99, max]).toEqual([min, median, p95, p99, max].sort((a, b) => a - b))
      }),
    )
  })

  it('counts what another one counted as if it had been told it', () => {
    fc.assert(
      fc.property(times, times, (some, others) => {
        const sum = filled(some)
        sum.add(filled(others, false))
        const { mean, ...read } = sum.read()
        const { mean: wanted, ...whole } = filled([...some, ...others]).read()
        expect(read).toEqual(whole)
        expect(mean).toBeCloseTo(wanted, 6)
      }),
    )
  })

  it('tells hours by the longest, and takes a clock that stands still', () => {
    expect(filled([1, 1e8]).read()).toMatchObject({ median: expect.closeTo(1, 1), p95: 1e8, p99: 1e8, max: 1e8 })
    expect(filled([0, 0]).read()).toEqual({ ...NOTHING, count: 2 })
  })
})
