import type { Expectation } from './results/expectations.ts'

/** Each required test that does not pass where there is a cache. Those that depend on one of these need no line. */
export const EXPECTATIONS: readonly Expectation[] = []
