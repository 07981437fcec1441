import type { Moment } from '@redstart/core/byte-cache'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Misses } from '../../src/runtime/misses.ts'

function moment(clock: number): Moment {
  return { generation: 'g', clock, sequence: 0, since: 0, reached: true }
}

/** Something begins, is kept (which of those that are on their way), is given up, or something is invalidated. */
const STEP = fc.oneof(
  fc.record({ does: fc.constant('begin' as const), known: fc.nat(7).map((nat: number) => nat > 0) }),
  fc.record({ does: fc.constantFrom('keep' as const, 'fail' as const), which: fc.nat(10) }),
  fc.record({ does: fc.constant('invalidate' as const) }),
)

describe('what one handler was asked for', () => {
  it('is never kept at a moment after its beginning, in whatever order what overlaps ends', () => {
    fc.assert(
      fc.property(fc.array(STEP, { maxLength: 30, size: 'max' }), (steps) => {
        const misses = new Misses()
        const making: number[] = []
        let clock = 0
        for (const [at, step] of steps.entries()) {
          if (step.does === 'invalidate') clock += 1
          else if (step.does === 'begin') {
            misses.note('a', step.known ? moment(clock) : undefined, at)
            making.push(clock)
          } else {
            const [begun] = making.splice(step.which % Math.max(1, making.length), 1)
            if (begun === undefined || step.does === 'fail') continue
            const taken = misses.take('a')
            // Whatever was invalidated since it began hits it.
            if (taken !== undefined) expect(taken.clock).toBeLessThanOrEqual(begun)
          }
        }
      }),
      { numRuns: 500 },
    )
  })

  it('is kept at the earliest moment of several that are being made, whichever of them ends first', () => {
    const misses = new Misses()
    for (const at of [1, 2, 3]) misses.note('a', moment(at), at)
    for (let kept = 0; kept < 3; kept++) expect(misses.take('a')?.clock).toBe(1)
    expect(misses.take('a')).toBeUndefined()
  })

  it('is kept at the moment at which it was missed where it is made once at a time', () => {
    const misses = new Misses()
    for (const at of [1, 2, 3]) {
      misses.note('a', moment(at), at)
      misses.note('b', moment(at + 10), at)
      expect(misses.take('a')?.clock).toBe(at)
      expect(misses.take('b')?.clock).toBe(at + 10)
      expect(misses.take('a')).toBeUndefined()
    }
  })

  it('is forgotten when it was given up long ago, and when very many others came after', () => {
    const misses = new Misses()
    misses.note('a', moment(1), 1)
    misses.note('a', moment(2), 4_000_000)
    expect(misses.take('a')?.clock).toBe(2)
    misses.note('a', moment(3), 1)
    for (let path = 0; path < 10_000; path++) misses.note(`path ${path}`, moment(4), 2)
    expect(misses.take('a')).toBeUndefined()
  })
})
