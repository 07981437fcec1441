import { expect } from 'vitest'
import type { Outcome } from './run.ts'

/** An amount of a run: ten times as much with `REDSTART_SOAK=1`, unless it says how much then. */
export function soaked(amount: number, inSoak: number = amount * 10): number {
  return process.env['REDSTART_SOAK'] === '1' ? inSoak : amount
}

/** Expects a run without a stale read, in which enough of everything happened to have found one. */
export function expectEventful(
  outcome: Outcome,
  least: { readonly reads: number; readonly invalidations: number },
): void {
  const { seed, reads, invalidations, tally, happened, leased, notices, stale, reachedHere, milliseconds } = outcome
  console.log(
    `checker, REDSTART_SEED=${seed}: ${JSON.stringify({ reads, invalidations, reachedHere, tally, happened, leased, notices, milliseconds: Math.round(milliseconds) })}`,
  )
  expect(stale).toBeUndefined()
  expect(reads).toBeGreaterThanOrEqual(least.reads)
  expect(sum(Object.values(invalidations))).toBeGreaterThanOrEqual(least.invalidations)
  // Some are rare: of a short run, all that can be said is that they may happen.
  for (const [kind, times] of Object.entries(invalidations))
    expect(times, kind).toBeGreaterThanOrEqual(Math.floor(least.invalidations / 1000))
  for (const what of HAPPENED) expect(happened[what], what).toBeGreaterThan(0)
  expect(leased.loads).toBeGreaterThan(0)
  expect(notices.told).toBeGreaterThan(0)
  for (const [served, share] of Object.entries(SHARES))
    expect(tally[served as keyof typeof SHARES], served).toBeGreaterThanOrEqual(share * reads)
}

/** How large a part of all reads each way of being served must be, at the least. */
const SHARES = { l1Hits: 0.1, l2Hits: 0.02, staleHits: 0.002, joins: 0.01, misses: 0.05, staleIfError: 0.0001 } as const

/** What must have happened at the least once. */
const HAPPENED = [
  'load timeout',
  'load abandoned',
  'background load loaded',
  'background load failed',
  'cache.soft-timeout',
  'write declined',
  'write not-admitted',
  'failure remembered',
] as const

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
