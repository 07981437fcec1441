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

/** Counts what one policy decides, in a flat array. */
export class PolicyStats {
  readonly #counts = new Float64Array(COUNTED.length + MODES.length)
  readonly #offenders = new Offenders()

  /** @param shadow whether a denial of this policy's refuses nobody. */
  count(name: string, key: string, decision: Decision): void {
    const { policies, mode } = decision
    this.#add(COUNTED.length + MODES.indexOf(mode), 1)
    const result = policies[name]
    if (result?.shadow === true && !result.passed) this.#add(COUNTED.indexOf('shadowDenied'), 1)
    if (decision.allowed) {
      this.#add(0, 1)
      this.#add(COUNTED.indexOf('cost'), decision.granted)
      if (result?.near === true) this.#add(COUNTED.indexOf('near'), 1)
      return
    }
    const { reason, limitedBy } = decision
    if (reason === 'quota' && limitedBy !== name) return
    this.#add(COUNTED.indexOf(reason === 'quota' ? 'denied' : reason), 1)
    if (reason !== 'unavailable') this.#offenders.add(key)
  }

  read(): PolicyCounts {
    const at = (place: number): number => this.#counts[place] ?? 0
    // Every name is a key of the record by construction; fromEntries cannot say so.
    const counted = Object.fromEntries(COUNTED.map((name, n) => [name, at(n)])) as Record<Counted, number>
    const modes = Object.fromEntries(MODES.map((mode, n) => [mode, at(COUNTED.length + n)]))
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
