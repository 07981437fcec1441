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

/** Keys and namespaces are invalidated, markers are few, and processes often have to ask Redis. */
export const namespaces: Partial<Weather> = {
  markers: 1,
  targets: 'namespaces',
  hintLoss: 0.5,
  faults: 0,
  lateReplies: 0,
  economy: { compareAndSet: false, fastPath: false, restamp: false },
  workload: { hard: 0.2, soft: 0, set: 0.1 },
}

/** Measured over the seeds 1 to 600, each rule taken back alone. */
export const worths: readonly Worth[] = [
  { rule: 'viewFloor', in600: 168 },
  { rule: 'everyHit', in600: 483 },
  { rule: 'ownProof', in600: 22 },
  { rule: 'chain', in600: 52 },
  { rule: 'inertHints', in600: 62, under: { connections: 'two', hintPace: 0.02, mostly: 'evictions', faults: 0.01 } },
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
  { rule: 'markAtOnce', in600: 172 },
  {
    rule: 'proofFromSending',
    in600: 15,
    under: { faults: 0, hintLoss: 1, lateReplies: 0, questions: 0.005, workload: hardOnly(0.1), crowd: 12 },
  },
  { rule: 'skipKeepsMarkers', in600: 34 },
  { rule: 'redisFloor', in600: 26 },
  { rule: 'namespacesOfParts', in600: 166, under: namespaces },
  { rule: 'pruneOnlyOwn', in600: 58 },
  {
    rule: 'oneSnapshot',
    in600: 21,
    under: { mostly: 'evictions', faults: 0.03, economy: { compareAndSet: true, fastPath: false, restamp: true } },
  },
  { rule: 'generationFirst', in600: 167 },
  { rule: 'randomGeneration', in600: 388 },
  { rule: 'joiners', in600: 389 },
  {
    rule: 'staleNotShared',
    in600: 98,
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
  { rule: 'setInvalidates', in600: 214 },
  {
    rule: 'setInTwoSteps',
    in600: 29,
    under: { mostly: 'cuts', faults: 0.03, workload: { hard: 0.05, soft: 0.02, set: 0.3 } },
  },
  {
    rule: 'setFromCall',
    in600: 11,
    under: { mostly: 'cuts', faults: 0.03, lateReplies: 100, workload: { hard: 0.2, soft: 0, set: 0.3 } },
  },
  { rule: 'lowestConfirmed', in600: 27 },
  { rule: 'backOffKeepsClock', in600: 12 },
  { rule: 'unchangedWritesAll', in600: 25 },
  { rule: 'twoClocks', in600: 92 },
  { rule: 'deadlinesMerge', in600: 31 },
  { rule: 'latestTime', in600: 21 },
  { rule: 'errorDecidedAgain', in600: 120 },
  {
    rule: 'staleNotConfirmed',
    in600: 18,
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
  { rule: 'ageInOutage', in600: 216 },
  { rule: 'noInventedClocks', in600: 22 },
  {
    rule: 'replayFirst',
    in600: 48,
    under: { mostly: 'cuts', faults: 0.03, lateReplies: 0, loadTime: 10, workload: hardOnly(0.18) },
  },
  { rule: 'overflow', in600: 30 },
  { rule: 'runId', in600: 93, under: { restarts: true, mostly: 'anything', faults: 0.03 } },
]
