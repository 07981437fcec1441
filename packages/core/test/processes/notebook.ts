import type { LeasedLoad } from '../checker/loads.ts'
import { instant } from '../checker/oracle.ts'
import type { Batch, Made, Reading } from './messages.ts'

/** Gathers what happens in a worker process until it is told. */
export class Notebook {
  #readings = new Map<string, Reading>()
  #invalidations: Made[] = []
  #leased: LeasedLoad[] = []
  #reads = 0
  #notices = 0

  /** A read ended, with or without a value. */
  read(reading: Reading | undefined): void {
    this.#reads += 1
    if (reading === undefined) return
    const { node, path, started, value, fresh } = reading
    const identity = `${node} ${path} ${value.path} ${value.born} ${fresh}`
    const before = this.#readings.get(identity)
    if (before === undefined || before.started < started) this.#readings.set(identity, reading)
  }

  invalidated(made: Made): void {
    this.#invalidations.push(made)
  }

  loaded(load: LeasedLoad): void {
    this.#leased.push(load)
  }

  noticed(): void {
    this.#notices += 1
  }

  /** Tears out what was written since the last time. */
  take(): Batch {
    const batch = {
      at: instant(),
      reads: this.#reads,
      readings: [...this.#readings.values()],
      invalidations: this.#invalidations,
      leased: this.#leased,
      notices: this.#notices,
    }
    this.#readings = new Map()
    this.#invalidations = []
    this.#leased = []
    this.#reads = 0
    this.#notices = 0
    return batch
  }
}
