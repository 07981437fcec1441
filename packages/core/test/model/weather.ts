import type { Random } from './random.ts'

/**
 * The conditions of one run. Each run draws its own, so that some runs are all outage, some all invalidations, some
 * quiet: rare interleavings are common under the right conditions.
 */
export interface Weather {
  readonly processes: number
  /** Probability of a fault at a step. */
  readonly faults: number
  /**
   * What most faults are: a process is cut off or reached again, meta is evicted, the server's clock is set, entries come
   * back from a snapshot, a replica is promoted, or anything.
   */
  readonly mostly: 'cuts' | 'evictions' | 'time' | 'restores' | 'promotions' | 'anything'
  /** Whether the server is ever restarted from an old snapshot. */
  readonly restarts: boolean
  /** Markers that Redis keeps; a real one keeps 100 000. */
  readonly markers: number
  /** What hard invalidations name: anything, or keys alone, or keys and namespaces. */
  readonly targets: 'anything' | 'keys' | 'namespaces'
  /** Whether replicas are ever promoted. */
  readonly failovers: boolean
  /** Probability, per step, that a replica catches up. */
  readonly replicationPace: number
  /** Steps for which a master that was replaced goes on for those who are connected to it. */
  readonly split: number
  /** Whether the entries are on another server, which may be restarted from an old snapshot alone. */
  readonly apart: boolean
  /** Probability that one hint is lost on its way to one process. */
  readonly hintLoss: number
  /** Probability, per step, that a waiting hint of an own connection may arrive. */
  readonly hintPace: number
  /** Hints share the connection of the commands, in order, or have one of their own, with some reordering. */
  readonly connections: 'one' | 'two'
  /** Replies are processed up to so many steps after they arrive, so in any order; with 0, at once. */
  readonly lateReplies: number
  /** Probability, per step, that a question that is due is asked; a process that is hardly used asks late. */
  readonly questions: number
  /** Tasks under way at once. */
  readonly crowd: number
  readonly workload: Workload
  /** Steps most loads take. */
  readonly loadTime: number
  /** Probability that writing back takes long. */
  readonly slowWrites: number
  readonly economy: Economy
  /** Processes use the view that ships, not the model's own. */
  readonly shippedView: boolean
}

/** Shares of the operations; the rest are reads. */
export interface Workload {
  readonly hard: number
  readonly soft: number
  readonly set: number
}

/** What is only there to save trips: no rule depends on it, so runs are made with and without. */
export interface Economy {
  /** An entry of lower clock never replaces one of higher clock. */
  readonly compareAndSet: boolean
  /** A proven view decides alone. */
  readonly fastPath: boolean
  /** An entry that Redis confirmed carries the clock of the confirmation in L1. */
  readonly restamp: boolean
}

/** @param mayShip whether the view that ships will do: it keeps all rules. */
export function drawWeather(random: Random, mayShip: boolean): Weather {
  return {
    processes: random.pick([2, 2, 3]),
    faults: random.pick([0, 0.01, 0.03, 0.1]),
    mostly: random.pick(['cuts', 'evictions', 'anything', 'anything']),
    restarts: random.chance(0.3),
    markers: 3,
    targets: 'anything',
    failovers: false,
    replicationPace: 0.1,
    split: 0,
    apart: false,
    hintLoss: random.pick([0, 0.15, 0.5]),
    hintPace: random.pick([1, 1, 0.05, 0.005]),
    connections: random.pick(['one', 'two']),
    lateReplies: random.pick([0, 0, 10, 100]),
    questions: random.pick([0.5, 0.5, 0.02]),
    crowd: random.pick([4, 8, 12]),
    workload: random.pick<Workload>([
      { hard: 0.18, soft: 0.06, set: 0.06 },
      { hard: 0.18, soft: 0.06, set: 0.06 },
      { hard: 0.04, soft: 0.02, set: 0.02 },
      { hard: 0.05, soft: 0.3, set: 0.02 },
      { hard: 0.05, soft: 0.02, set: 0.3 },
      { hard: 0.4, soft: 0.1, set: 0.05 },
    ]),
    loadTime: random.pick([40, 40, 10, 150]),
    slowWrites: random.pick([0.1, 0.1, 0.6]),
    economy: {
      compareAndSet: random.chance(0.7),
      fastPath: random.chance(0.7),
      restamp: random.chance(0.7),
    },
    shippedView: random.chance(0.5) && mayShip,
  }
}
