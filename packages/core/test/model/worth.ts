import type { Design } from './design.ts'
import type { RuleName } from './rules.ts'
import type { Weather } from './weather.ts'

/** What a rule is worth: how often the claim breaks without it. */
export interface Worth {
  readonly rule: RuleName
  /** Of 600 runs, those with a violation, when this was written. */
  readonly in600: number
  /** The conditions under which it matters, where those are rare. The full rules hold under them as well. */
  readonly under?: Partial<Weather>
  /** What it is a part of, where that is not built. */
  readonly design?: Partial<Design>
}

const hardOnly = (share: number): Weather['workload'] => ({ hard: share, soft: 0, set: 0 })

/** Measured over the seeds 1 to 600, each rule taken back alone. */
export const worths: readonly Worth[] = [
  { rule: 'viewFloor', in600: 170 },
  { rule: 'everyHit', in600: 486 },
  { rule: 'ownProof', in600: 19 },
  { rule: 'chain', in600: 46 },
  { rule: 'inertHints', in600: 55, under: { connections: 'two', hintPace: 0.02, mostly: 'evictions', faults: 0.01 } },
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
  { rule: 'markAtOnce', in600: 165 },
  {
    rule: 'proofFromSending',
    in600: 25,
    under: { faults: 0, hintLoss: 1, lateReplies: 0, questions: 0.005, workload: hardOnly(0.1), crowd: 12 },
  },
  { rule: 'skipKeepsMarkers', in600: 34 },
  { rule: 'redisFloor', in600: 11 },
  { rule: 'pruneOnlyOwn', in600: 48 },
  {
    rule: 'oneSnapshot',
    in600: 22,
    under: { mostly: 'evictions', faults: 0.03, economy: { compareAndSet: true, fastPath: false, restamp: true } },
  },
  { rule: 'generationFirst', in600: 168 },
  { rule: 'randomGeneration', in600: 391 },
  { rule: 'joiners', in600: 376 },
  {
    rule: 'staleNotShared',
    in600: 109,
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
  { rule: 'setInvalidates', in600: 205 },
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
  { rule: 'lowestConfirmed', in600: 16 },
  { rule: 'backOffKeepsClock', in600: 15 },
  { rule: 'unchangedWritesAll', in600: 14 },
  { rule: 'twoClocks', in600: 98 },
  { rule: 'deadlinesMerge', in600: 31 },
  { rule: 'latestTime', in600: 33 },
  { rule: 'errorDecidedAgain', in600: 109 },
  {
    rule: 'staleNotConfirmed',
    in600: 20,
    under: {
      faults: 0,
      hintLoss: 1,
      questions: 0.02,
      lateReplies: 10,
      loadTime: 40,
      crowd: 8,
      economy: { compareAndSet: false, fastPath: false, restamp: true },
      workload: { hard: 0, soft: 0.06, set: 0 },
    },
  },
  { rule: 'ageInOutage', in600: 210 },
  { rule: 'noInventedClocks', in600: 15 },
  {
    rule: 'replayFirst',
    in600: 54,
    under: { mostly: 'cuts', faults: 0.03, lateReplies: 0, loadTime: 10, workload: hardOnly(0.18) },
  },
  { rule: 'overflow', in600: 23 },
  { rule: 'runId', in600: 92, under: { restarts: true, mostly: 'anything', faults: 0.03 } },
]
