import type { LimitPolicy } from '../../../src/index.ts'
import { capacityOf } from '../../../src/rate-limit/rule.ts'

/** The most that each way to count lets pass within any half-open time of a length in microseconds. */
export function boundOf({ rule, limit }: LimitPolicy, length: number): number {
  switch (rule.kind) {
    case 'gcra':
      return capacityOf(rule) + Math.floor(length / rule.interval)
    case 'bucket':
      return rule.capacity + rule.refill * (Math.floor(length / rule.every) + 1)
    case 'fixed':
      return limit * (Math.ceil(length / rule.window) + 1)
    case 'counter':
      // Less than twice the limit in each window.
      return 2 * limit * Math.ceil(length / (rule.window * 1000)) - 1
    case 'segments':
    case 'log':
      return limit * Math.ceil(length / rule.window)
    case 'permits':
      throw new Error('nothing is taken of permits')
  }
}
