import { expect } from 'vitest'
import type { FleetOutcome } from './fleet.ts'

/**
 * Expects a run without a stale read, in which enough of everything happened to have found one; prints what it was.
 *
 * @param kinds how many different things went wrong, at the least.
 */
export function expectEventful(
  what: string,
  outcome: FleetOutcome,
  least: { readonly reads: number; readonly invalidations: number },
  kinds: number = 7,
): void {
  tell(what, outcome)
  const { stale, reads, values, invalidations, reachedHere, tally, disturbed, leased, notices } = outcome
  expect(stale).toBeUndefined()
  expect(reads).toBeGreaterThanOrEqual(least.reads)
  expect(invalidations).toBeGreaterThanOrEqual(least.invalidations)
  expect(values).toBeGreaterThan(least.reads / 10)
  expect(leased.loads).toBeGreaterThan(0)
  expect(notices).toBeGreaterThan(0)
  // Both, ones that hold everywhere and ones that hold in one process alone.
  expect(reachedHere).toBeGreaterThan(0)
  expect(invalidations - reachedHere).toBeGreaterThan(least.invalidations / 10)
  for (const served of ['l1Hits', 'l2Hits', 'staleHits', 'joins'] as const)
    expect(tally[served], served).toBeGreaterThan(least.reads / 2000)
  expect(Object.keys(disturbed).length).toBeGreaterThanOrEqual(kinds)
}

/** The seed makes the choices of a run again. */
function tell(what: string, { seed, milliseconds, ...outcome }: FleetOutcome): void {
  const { reads, values, invalidations, reachedHere, tally, disturbed, leased, notices } = outcome
  const counted = { reads, values, invalidations, reachedHere, tally, disturbed, leased, notices }
  const told = { ...counted, milliseconds: Math.round(milliseconds) }
  console.log(`${what}, REDSTART_SEED=${seed}: ${JSON.stringify(told)}`)
}
