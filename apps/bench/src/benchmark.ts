import type { Measured } from './rounds.ts'

/** One comparison: the first result is the baseline of the ratios. */
export interface Row {
  readonly name: string
  readonly results: readonly Measured[]
}

/** A benchmark by its name on the command line. */
export interface Benchmark {
  readonly name: string
  readonly title: string
  run(): Promise<Row[]>
}
