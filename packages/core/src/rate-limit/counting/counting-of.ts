import type { CountingRule } from '../rule.ts'
import { BucketCounting } from './bucket.ts'
import { CounterCounting } from './counter.ts'
import type { Counting, State } from './counting.ts'
import { FixedCounting } from './fixed.ts'
import { GcraCounting } from './gcra.ts'
import { LogCounting } from './log.ts'
import { SegmentsCounting } from './segments.ts'

/** What a key has under a rule. */
export function countingOf(rule: CountingRule, state: State | undefined, now: number): Counting {
  switch (rule.kind) {
    case 'gcra':
      return new GcraCounting(rule, state, now)
    case 'bucket':
      return new BucketCounting(rule, state, now)
    case 'fixed':
      return new FixedCounting(rule, state, now)
    case 'counter':
      return new CounterCounting(rule, state, now)
    case 'segments':
      return new SegmentsCounting(rule, state, now)
    case 'log':
      return new LogCounting(rule, state, now)
  }
}
