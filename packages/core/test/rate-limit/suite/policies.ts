import {
  fixedWindow,
  gcra,
  leakyBucket,
  type LimitPolicy,
  slidingLog,
  slidingWindow,
  tokenBucket,
} from '../../../src/index.ts'

/** One of each way to count; of short times, so that a trace passes through all that can happen. */
export const POLICIES: Readonly<Record<string, LimitPolicy>> = {
  gcra: gcra({ rate: '10/1s', burst: 8 }),
  'gcra that does not divide': gcra({ rate: '7/1s', burst: 5 }),
  'leaky bucket': leakyBucket({ rate: '100/1s', capacity: 20 }),
  'token bucket': tokenBucket({ capacity: 9, refill: 4, every: '300ms' }),
  'aligned token bucket': tokenBucket({ capacity: 9, every: '1s', aligned: true }),
  'fixed window': fixedWindow({ limit: 7, window: '700ms' }),
  'aligned fixed window': fixedWindow({ limit: 7, window: '1s', aligned: true }),
  'sliding window': slidingWindow({ limit: 10, window: '700ms' }),
  'strict sliding window': slidingWindow({ limit: 10, window: '700ms', strict: true, segments: 7 }),
  'sliding log': slidingLog({ limit: 8, window: '600ms' }),
}
