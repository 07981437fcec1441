/** One thing that is measured: `run` does `operations` of it. */
export interface Contender {
  readonly name: string
  run(operations: number): Promise<void>
}

/** How long is measured. */
export interface Pace extends RoundOptions {
  /** How many entries are held where memory is measured. */
  readonly entries: number
}

/** Long enough for medians that hold. */
export const FULL: Pace = { rounds: 15, milliseconds: 60, warmUp: 1000, entries: 1000 }
/** Only shows that it runs. */
export const SHORT: Pace = { rounds: 1, milliseconds: 1, warmUp: 4, entries: 20 }

/** The same for processes of their own: nobody else has code compiled there, and after a rest V8 starts small again. */
export function apartFor({ rounds, milliseconds, warmUp = 1000 }: Pace): RoundOptions {
  return { rounds: Math.ceil(rounds * 0.6), milliseconds: milliseconds * 8, warmUp: warmUp * 12 }
}

/** Nanoseconds per operation, and how often the baseline's time that is. */
export interface Measured {
  readonly name: string
  /** Median over the rounds, in ns unless the row says otherwise. */
  readonly figure: number
  /** Median over the rounds of this contender's time over the baseline's in the same round. */
  readonly ratio: number
  /** How far apart the rounds' quarters are, the middle half of them, as a share of the median. */
  readonly spread?: number
  /** Further times by their name, in ns. */
  readonly others?: Readonly<Record<string, number>>
}

export interface RoundOptions {
  readonly rounds: number
  /** How long one contender runs in one round, in ms. */
  readonly milliseconds: number
  /** Operations before anything is timed. @default 20_000 */
  readonly warmUp?: number
}

/**
 * Runs all contenders in turn, round after round, so that a machine whose speed drifts slows all of them alike. The
 * first contender is the baseline. One round before the counted ones warms up and finds how many operations fit.
 */
export async function compare(contenders: readonly Contender[], options: RoundOptions): Promise<Measured[]> {
  const counts = []
  for (const contender of contenders) counts.push(await operationsIn(contender, options))
  const times: number[][] = contenders.map(() => [])
  for (let round = 0; round < options.rounds; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      // Another one begins each round, and they go backwards every other time: none always runs behind the same neighbour.
      const index = ((round % 2 === 0 ? turn : contenders.length - 1 - turn) + (round >> 1)) % contenders.length
      const [contender, count] = [contenders[index], counts[index]]
      if (contender !== undefined && count !== undefined) times[index]?.push((await timed(contender, count)) / count)
    }
  }
  const baseline = times[0] ?? []
  return contenders.map(({ name }, index) => {
    const own = times[index] ?? []
    return {
      name,
      figure: median(own) * 1e6,
      ratio: median(own.map((time, round) => time / (baseline[round] ?? Number.NaN))),
      spread: spread(own),
    }
  })
}

/** Enough for every entry to be stored, and for the code to be compiled. */
const WARM_UP = 20_000

/** How many operations take so long, found by doubling once warm. */
async function operationsIn(contender: Contender, { milliseconds, warmUp = WARM_UP }: RoundOptions): Promise<number> {
  await contender.run(warmUp)
  for (let count = 16; ; count *= 2) {
    const took = await timed(contender, count)
    if (took >= milliseconds / 2) return Math.max(1, Math.round((count * milliseconds) / took))
  }
}

async function timed(contender: Contender, operations: number): Promise<number> {
  const begun = performance.now()
  await contender.run(operations)
  return performance.now() - begun
}

/** The middle one, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}

function spread(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN
  return (at(0.75) - at(0.25)) / median(values)
}
