import type { Clock } from '../clock.ts'
import { addCounters, type Counters, type Counts, newCounters, readCounters } from './counters.ts'
import { type Latency, type Operation, Times, TimesSum } from './latency.ts'

/** What was counted and timed since the start of the instance. */
export interface Measures extends Counts {
  /** How long each operation took. */
  readonly latency: Readonly<Record<Operation, Latency>>
}

/** Three numbers for a glance. */
export interface Summary {
  /** Reads that needed no load of their own, over all reads; 0 before the first. */
  readonly hitRate: number
  /** Milliseconds spent beyond memory and in loaders, over all operations: a hit in memory counts as none. */
  readonly averageLatencyMs: number
  /** Reads, values set, and entries deleted. */
  readonly totalOperations: number
}

/** Namespaces whose times are kept apart, at most 80 kB each; those of others are kept together. */
const MOST_TIMED = 100

/** Where everything beyond a bound is counted together. */
const OTHERS = '(others)'

/** The counters and the times of one instance. */
export class Measurements {
  readonly #clock: Clock
  readonly #begun: number
  readonly #counters = new Map<string, Counters>()
  readonly #times = new Map<Counters, Times>()
  /** Of invalidations that concern several namespaces. */
  readonly #across = new Times()

  constructor(clock: Clock) {
    this.#clock = clock
    this.#begun = clock.now()
  }

  /** Milliseconds since the start. */
  get uptime(): number {
    return this.#clock.now() - this.#begun
  }

  /** The counters of one namespace, made at first use. */
  counters(namespace: string): Counters {
    let counters = this.#counters.get(namespace)
    if (counters === undefined) this.#counters.set(namespace, (counters = newCounters()))
    return counters
  }

  /** Every namespace that was used or configured. */
  namespaces(): readonly string[] {
    return [...this.#counters.keys()]
  }

  record(operation: Operation, counters: Counters, milliseconds: number, now: number): void {
    const times = this.#times.get(counters) ?? this.#newTimes(counters)
    times.record(operation, milliseconds, now)
  }

  /** @param namespace undefined for an invalidation that concerns several. */
  recordInvalidation(namespace: string | undefined, milliseconds: number, now: number): void {
    const counters = namespace === undefined ? undefined : this.#counters.get(namespace)
    if (counters === undefined) this.#across.record('invalidate', milliseconds, now)
    else this.record('invalidate', counters, milliseconds, now)
  }

  /** Of one namespace; all zeros for one that was not used. */
  read(namespace: string): Measures {
    const [counters, times] = this.#of(namespace)
    return { ...readCounters(counters), latency: times.read() }
  }

  /** Of everything. */
  overall(): Measures {
    const [counters, times] = this.#all()
    return { ...readCounters(counters), latency: times.read() }
  }

  summaryOf(namespace: string): Summary {
    return summarized(...this.#of(namespace))
  }

  overallSummary(): Summary {
    return summarized(...this.#all())
  }

  #newTimes(counters: Counters): Times {
    const full = this.#times.size >= MOST_TIMED
    const place = full ? this.counters(OTHERS) : counters
    let times = this.#times.get(place)
    if (times === undefined) this.#times.set(place, (times = new Times()))
    return times
  }

  #of(namespace: string): [Counters, TimesSum] {
    const counters = this.#counters.get(namespace) ?? newCounters()
    const sum = new TimesSum()
    this.#times.get(counters)?.addTo(sum, this.#clock.now())
    return [counters, sum]
  }

  #all(): [Counters, TimesSum] {
    const now = this.#clock.now()
    const counters = newCounters()
    for (const own of this.#counters.values()) addCounters(counters, own)
    const sum = new TimesSum()
    for (const times of [...this.#times.values(), this.#across]) times.addTo(sum, now)
    return [counters, sum]
  }
}

function summarized(counters: Counters, times: TimesSum): Summary {
  const { hitRate, l1Hits, l2Hits, joins, misses, sets, deletes } = readCounters(counters)
  const totalOperations = l1Hits + l2Hits + joins + misses + sets + deletes
  return { hitRate, averageLatencyMs: totalOperations === 0 ? 0 : times.spent / totalOperations, totalOperations }
}
