import { instant } from '../checker/oracle.ts'
import type { Batch, Made, Reading } from './messages.ts'

/** Gathers what happens in a worker process until it is told. */
export class Notebook {
  #readings = new Map<string, Reading>()
  #invalidations: Made[] = []
  #reads = 0

  /** A read ended, with or without a value. */
  read(reading: Reading | undefined): void {
    this.#reads += 1
    if (reading === undefined) return
    const { node, path, started, value } = reading
    const identity = `${node} ${path} ${value.path} ${value.born}`
    const before = this.#readings.get(identity)
    if (before === undefined || before.started < started) this.#readings.set(identity, reading)
  }

  invalidated(made: Made): void {
    this.#invalidations.push(made)
  }

  /** Tears out what was written since the last time. */
  take(): Batch {
    const batch = {
      at: instant(),
      reads: this.#reads,
      readings: [...this.#readings.values()],
      invalidations: this.#invalidations,
    }
    this.#readings = new Map()
    this.#invalidations = []
    this.#reads = 0
    return batch
  }
}
