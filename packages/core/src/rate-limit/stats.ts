import { type Distribution, Histogram } from '../telemetry/histogram.ts'
import type { Decision, DecisionMode } from './decision.ts'
import { type Offender, Offenders } from './offenders.ts'

/** What was decided by one policy since the start. */
export interface PolicyCounts {
  /** Checks that passed. */
  readonly allowed: number
  /** Checks that this policy refused. */
  readonly denied: number
  /** Checks of keys that were blocked. */
  readonly blocked: number
  /** Of a cost that is more than there can ever be. */
  readonly unsatisfiable: number
  /** Refused because the backend did not answer. */
  readonly unavailable: number
  /** Would have been refused, had the policy not been a shadow. */
  readonly shadowDenied: number
  /** Passed with the limit nearly reached. */
  readonly near: number
  /** What was granted, all costs together. */
  readonly cost: number
  /** By what answered. */
  readonly modes: Readonly<Record<DecisionMode, number>>
  /** The keys that were refused most often, the first ones first. */
  readonly offenders: readonly Offender[]
}

/** What a limiter did since the start. */
export interface LimiterStats<Name extends string = string> {
  readonly policies: Readonly<Record<Name, PolicyCounts>>
  /** Checks that were refused, over all checks. */
  readonly deniedRate: number
  /** How long checks took that asked the backend, in ms. */
  readonly duration: Distribution
}

const COUNTED = [
  'allowed',
  'denied',
  'blocked',
  'unsatisfiable',
  'unavailable',
  'shadowDenied',
  'near',
  'cost',
] as const
const MODES: readonly DecisionMode[] = ['redis', 'memory', 'lease', 'deny-cache', 'local', 'bypass']
type Counted = (typeof COUNTED)[number]

/** Places in the array. */
const [ALLOWED, DENIED, BLOCKED, UNSATISFIABLE, UNAVAILABLE, SHADOW_DENIED, NEAR, COST] = [
  0, 1, 2, 3, 4, 5, 6, 7,
] as const
const REASONS = { quota: DENIED, blocked: BLOCKED, unsatisfiable: UNSATISFIABLE, unavailable: UNAVAILABLE } as const
const MODE_PLACES: Readonly<Record<DecisionMode, number>> = {
  redis: 8,
  memory: 9,
  lease: 10,
  'deny-cache': 11,
  local: 12,
  bypass: 13,
}

/** Counts what one policy decides, in a flat array. */
export class PolicyStats {
  readonly #counts = new Float64Array(COUNTED.length + MODES.length)
  readonly #offenders = new Offenders()

  count(name: string, key: string, decision: Decision): void {
    const { policies, mode } = decision
    this.#add(MODE_PLACES[mode], 1)
    const result = policies[name]
    if (result?.shadow === true && !result.passed) this.#add(SHADOW_DENIED, 1)
    if (decision.allowed) {
      this.#add(ALLOWED, 1)
      this.#add(COST, decision.granted)
      if (result?.near === true) this.#add(NEAR, 1)
      return
    }
    const { reason, limitedBy } = decision
    if (reason === 'quota' && limitedBy !== name) return
    this.#add(REASONS[reason], 1)
    if (reason !== 'unavailable') this.#offenders.add(key)
  }

  read(): PolicyCounts {
    const at = (place: number): number => this.#counts[place] ?? 0
    // Every name is a key of the record by construction; fromEntries cannot say so.
    const counted = Object.fromEntries(COUNTED.map((name, n) => [name, at(n)])) as Record<Counted, number>
    const modes = Object.fromEntries(MODES.map((mode) => [mode, at(MODE_PLACES[mode])]))
    return { ...counted, modes: modes as PolicyCounts['modes'], offenders: this.#offenders.read() }
  }

  #add(place: number, by: number): void {
    this.#counts[place] = (this.#counts[place] ?? 0) + by
  }
}

/** Counts what a limiter does. */
export class Statistics {
  readonly duration: Histogram = new Histogram(true)
  #checks = 0
  #denied = 0

  count({ allowed }: Decision): void {
    this.#checks += 1
    if (!allowed) this.#denied += 1
  }

  get deniedRate(): number {
    return this.#checks === 0 ? 0 : this.#denied / this.#checks
  }
}
