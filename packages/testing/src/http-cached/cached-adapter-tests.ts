import { bodyTests } from './bodies.ts'
import type { CachedAdapterTest } from './cached-test.ts'
import { coalescingTests } from './coalescing.ts'
import { codingTests } from './codings.ts'
import { freshnessTests } from './freshness.ts'
import { invalidatingTests } from './invalidating.ts'
import { lateTests } from './late.ts'
import { leakTests, ownerTests } from './leaks.ts'
import { optionTests } from './options.ts'
import { deceptionTests, poisoningTests } from './poisoning.ts'
import { streamTests } from './streams.ts'

/** That nothing of one user reaches another, whatever a page says and is made of: thousands of requests, so apart. */
export const cachedLeakTests: Readonly<Record<string, readonly CachedAdapterTest[]>> = {
  'nothing of one user reaches another': [...leakTests, ...ownerTests],
}

/**
 * All else that is expected of an adapter of a web framework with a response cache, by subject. For any runner: a test rejects
 * when it fails.
 */
export const cachedAdapterTests: Readonly<Record<string, readonly CachedAdapterTest[]>> = {
  poisoning: [...poisoningTests, ...deceptionTests],
  'a body': bodyTests,
  'a body that is compressed': codingTests,
  'a stream': streamTests,
  'what is said while a body leaves': lateTests,
  'many at the same time': coalescingTests,
  'an answer': freshnessTests,
  'what has changed': invalidatingTests,
  'an option': optionTests,
}
