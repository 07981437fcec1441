import type { Measured } from './rounds.ts'

/** One comparison: the first result is the baseline of the ratios. */
export interface Row {
  readonly name: string
  /** How the results are shown: the time of one operation, or how many there are in a second. @default 'time' */
  readonly unit?: 'time' | 'per second'
  readonly results: readonly Measured[]
}

/** A benchmark by its name on the command line. */
export interface Benchmark {
  readonly name: string
  readonly title: string
  run(): Promise<Row[]>
}
