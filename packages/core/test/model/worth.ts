import type { RuleName } from './rules.ts'
import type { Weather } from './weather.ts'

/** What a rule is worth: how often the claim breaks without it. */
export interface Worth {
  readonly rule: RuleName
  /** Of 600 runs, those with a violation, when this was written. */
  readonly in600: number
  /** The conditions under which it matters, where those are rare. The full rules hold under them as well. */
  readonly under?: Partial<Weather>
}

const hardOnly = (share: number): Weather['workload'] => ({ hard: share, soft: 0, set: 0 })

/** Measured over the seeds 1 to 600, each rule taken back alone. */
export const worths: readonly Worth[] = [
  { rule: 'viewFloor', in600: 168 },
  { rule: 'everyHit', in600: 487 },
  { rule: 'ownProof', in600: 19 },
  { rule: 'chain', in600: 46 },
  { rule: 'inertHints', in600: 56, under: { connections: 'two', hintPace: 0.02, mostly: 'evictions', faults: 0.01 } },
  {
    rule: 'adoptInOrder',
    in600: 10,
    under: {
      lateReplies: 60,
      mostly: 'evictions',
      faults: 0.1,
      hintLoss: 0,
      loadTime: 10,
      workload: { hard: 0.2, soft: 0, set: 0.1 },
    },
  },
  { rule: 'markAtOnce', in600: 168 },
  {
    rule: 'proofFromSending',
    in600: 25,
    under: { faults: 0, hintLoss: 1, lateReplies: 0, questions: 0.005, workload: hardOnly(0.1), crowd: 12 },
  },
  { rule: 'skipKeepsMarkers', in600: 34 },
  { rule: 'redisFloor', in600: 10 },
  { rule: 'pruneOnlyOwn', in600: 46 },
  {
    rule: 'oneSnapshot',
    in600: 22,
    under: { mostly: 'evictions', faults: 0.03, economy: { compareAndSet: true, fastPath: false, restamp: true } },
  },
  { rule: 'generationFirst', in600: 170 },
  { rule: 'randomGeneration', in600: 393 },
  { rule: 'joiners', in600: 375 },
  {
    rule: 'staleNotShared',
    in600: 114,
    under: { faults: 0, slowWrites: 1, lateReplies: 0, crowd: 12, workload: { hard: 0, soft: 0.1, set: 0 } },
  },
  {
    rule: 'proofAtJoin',
    in600: 12,
    under: {
      faults: 0,
      hintLoss: 1,
      lateReplies: 0,
      questions: 0.01,
      loadTime: 10,
      slowWrites: 1,
      crowd: 24,
      workload: hardOnly(0.04),
    },
  },
  { rule: 'setInvalidates', in600: 204 },
  {
    rule: 'setInTwoSteps',
    in600: 39,
    under: { mostly: 'cuts', faults: 0.03, workload: { hard: 0.05, soft: 0.02, set: 0.3 } },
  },
  {
    rule: 'setFromCall',
    in600: 11,
    under: { mostly: 'cuts', faults: 0.03, lateReplies: 100, workload: { hard: 0.2, soft: 0, set: 0.3 } },
  },
  { rule: 'lowestConfirmed', in600: 18 },
  { rule: 'backOffKeepsClock', in600: 17 },
  { rule: 'unchangedWritesAll', in600: 11 },
  { rule: 'twoClocks', in600: 98 },
  { rule: 'deadlinesMerge', in600: 32 },
  { rule: 'latestTime', in600: 34 },
  { rule: 'errorDecidedAgain', in600: 106 },
  { rule: 'ageInOutage', in600: 209 },
  { rule: 'noInventedClocks', in600: 16 },
  {
    rule: 'replayFirst',
    in600: 54,
    under: { mostly: 'cuts', faults: 0.03, lateReplies: 0, loadTime: 10, workload: hardOnly(0.18) },
  },
  { rule: 'overflow', in600: 24 },
  { rule: 'runId', in600: 95, under: { restarts: true, mostly: 'anything', faults: 0.03 } },
]
