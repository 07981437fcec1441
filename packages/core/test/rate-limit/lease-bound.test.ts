import { manualClock } from '@redstart/testing'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { gcra } from '../../src/index.ts'
import { memory } from '../../src/memory/index.ts'
import { appName } from './places.ts'
import { openLimiter } from './opened.ts'

const INSTANCES = 3
const MOST = 12
const BURST = 100
const INTERVAL_MS = 10
const POLICIES = {
  api: gcra({ rate: `1/${INTERVAL_MS}ms`, burst: BURST, lease: { most: MOST, duration: '200ms', from: 3 } }),
}

interface Act {
  /** Which of them asks, and for how many at a time. */
  readonly who: number
  readonly checks: number
  /** Milliseconds that pass before it does. */
  readonly later: number
  /** It ends without a word after that, and another one comes in its place. */
  readonly crashes: boolean
}

const ACTS: fc.Arbitrary<readonly Act[]> = fc.array(
  fc.record({
    who: fc.nat(INSTANCES - 1),
    checks: fc.integer({ min: 1, max: 60 }),
    later: fc.constantFrom(0, 0, 1, 10, 50, 199, 200, 1500),
    crashes: fc.nat(9).map((n) => n === 0),
  }),
  { minLength: 5, maxLength: 40 },
)

it('lets leases of several instances that crash pass no more within any time than is said', async () => {
  const trace = fc.asyncProperty(ACTS, async (acts) => {
    const [clock, backend, app] = [manualClock(), memory(), appName()]
    const open = (): ReturnType<typeof openLimiter<typeof POLICIES>> =>
      openLimiter(backend, POLICIES, { app, clock, limits: { instances: INSTANCES, denyCache: 0 } })
    const all = Array.from({ length: INSTANCES }, open)
    const opened = [...all]
    const passed: { readonly at: number; readonly many: number }[] = []
    for (const { who, checks, later, crashes } of acts) {
      await clock.advanceAsync(later)
      const asked = Array.from({ length: checks }, async () => await all[who]?.limiter.check('api', { key: 'k' }))
      const many = (await Promise.all(asked)).filter((decision) => decision?.allowed).length
      passed.push({ at: clock.now(), many })
      if (crashes) opened.push((all[who] = open()))
    }
    for (const each of opened) await each[Symbol.asyncDispose]()
    for (const [first, { at: from }] of passed.entries())
      for (let last = first; last < passed.length; last += 1) {
        const time = (passed[last]?.at ?? 0) - from
        const sum = passed.slice(first, last + 1).reduce((total, { many }) => total + many, 0)
        const bound = BURST + Math.floor(time / INTERVAL_MS)
        // What was taken ahead before that time is used within it; from the beginning on nothing was.
        expect(sum).toBeLessThanOrEqual(first === 0 ? bound : bound + INSTANCES * MOST)
      }
  })
  await fc.assert(trace, { numRuns: 60 })
})
