import { claimTests } from './claims.ts'
import { callTests, closingTests } from './closing.ts'
import type { ContractTest } from './contract-test.ts'
import { entryTests } from './entries.ts'
import { answerTests, generationTests } from './generations.ts'
import { hintTests } from './hints.ts'
import { clockTests, deadlineTests, markerTests } from './markers.ts'
import { pruningTests } from './pruning.ts'
import { randomTests } from './random-invalidations.ts'
import { rankingTests } from './ranking.ts'
import { removeTests, scanTests } from './scanning.ts'
import { touchTests } from './touching.ts'
import { trackingTests } from './tracking.ts'

/** All that the cache expects of a backend, by subject. */
export const contractTests: Readonly<Record<string, readonly ContractTest[]>> = {
  entries: entryTests,
  scanning: scanTests,
  removing: removeTests,
  'of two writes': rankingTests,
  'a touch': touchTests,
  'the generation': generationTests,
  'an answer': answerTests,
  'the clock': clockTests,
  markers: markerTests,
  'the deadline of a soft marker': deadlineTests,
  'a hint': hintTests,
  'above the bound of markers': pruningTests,
  'after any sequence of invalidations': randomTests,
  'a claim': claimTests,
  'word of changes': trackingTests,
  'a call': callTests,
  'a closed store': closingTests,
}
