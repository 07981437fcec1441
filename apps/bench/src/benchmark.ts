import type { Measured, Pace } from './rounds.ts'

/** One comparison: the first result is the baseline of the ratios. */
export interface Row {
  readonly name: string
  /** How the results are shown: the time of one operation, how many there are in a second, or another figure. @default 'time' */
  readonly unit?: 'time' | 'per second' | 'bytes' | 'count'
  readonly results: readonly Measured[]
}

/** A benchmark by its name on the command line. */
export interface Benchmark {
  readonly name: string
  readonly title: string
  /** Whether its table is kept in RESULTS.md and in the README. @default false */
  readonly published?: boolean
  /** What a reader of the table has to know besides. */
  readonly notes?: readonly string[]
  /** The contenders differ from row to row: all but the first stand in one column. @default false */
  readonly othersTogether?: boolean
  run(pace?: Pace): Promise<Row[]>
}
